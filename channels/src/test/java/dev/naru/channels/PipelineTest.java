package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Children of ours, joined by pipes as a shell joins them. */
@ExtendWith(NoLeaks.class)
class PipelineTest {
    private static String text(PipeReader reader) throws Exception {
        return new String(Channels.newInputStream(reader).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void twoChildrenAreJoinedAndTheEndArrives() throws Exception {
        // given
        try (AnonymousPipe between = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess seq =
                    Command.of("seq", "1", "100000").stdout(between.writer()).start();
            ChildProcess sum = Command.of("sha256sum")
                    .stdin(between.reader())
                    .stdout(out.writer())
                    .start();

            // then
            assertThat(text(out.reader())).isEqualTo(Foreign.shell("seq 1 100000 | sha256sum"));
            assertThat(seq.waitFor().isSuccess()).isTrue();
            assertThat(sum.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void theSecondMayBeStartedFirst() throws Exception {
        // given
        try (AnonymousPipe between = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess count = Command.of("wc", "-l")
                    .stdin(between.reader())
                    .stdout(out.writer())
                    .start();
            ChildProcess seq =
                    Command.of("seq", "1", "1000").stdout(between.writer()).start();

            // then
            assertThat(text(out.reader()).strip()).isEqualTo("1000");
            assertThat(seq.waitFor().isSuccess()).isTrue();
            assertThat(count.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void anEndThatIsGivenAwayIsClosedHere() throws Exception {
        // given
        try (AnonymousPipe in = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess cat =
                    Command.of("cat").stdin(in.reader()).stdout(out.writer()).start();

            // then
            assertThat(in.reader().isOpen()).isFalse();
            assertThat(out.writer().isOpen()).isFalse();
            in.writer().close();
            assertThat(text(out.reader())).isEmpty();
            assertThat(cat.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void fourProgramsInARowKeepEveryByte() throws Exception {
        // given
        int size = 5_000_000;
        try (AnonymousPipe first = AnonymousPipe.create();
                AnonymousPipe second = AnonymousPipe.create();
                AnonymousPipe third = AnonymousPipe.create();
                AnonymousPipe last = AnonymousPipe.create()) {
            ChildProcess cat = Command.of("cat")
                    .stdin(first.reader())
                    .stdout(second.writer())
                    .start();
            ChildProcess dd = Command.of("dd", "bs=1000", "status=none")
                    .stdin(second.reader())
                    .stdout(third.writer())
                    .start();
            ChildProcess perl = Command.of("perl", "-e", "print while <>")
                    .stdin(third.reader())
                    .stdout(last.writer())
                    .start();

            // when
            Thread feeder = Thread.ofVirtual().start(() -> {
                try (OutputStream stream = Channels.newOutputStream(first.writer())) {
                    stream.write(Payload.bytes(1, size));
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                }
            });

            // then
            assertThat(Buffers.DIRECT.readToEnd(last.reader()))
                    .isEqualTo("end " + size + " " + Payload.sha256(1, size));
            feeder.join();
            assertThat(cat.waitFor().isSuccess()).isTrue();
            assertThat(dd.waitFor().isSuccess()).isTrue();
            assertThat(perl.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void aChildWhoseReaderHasEndedDiesOfSigpipeAsUnderAShell() throws Exception {
        // given
        try (AnonymousPipe between = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess yes = Command.of("yes").stdout(between.writer()).start();
            ChildProcess head = Command.of("head", "-n", "1")
                    .stdin(between.reader())
                    .stdout(out.writer())
                    .start();

            // then
            assertThat(text(out.reader())).isEqualTo("y\n");
            assertThat(head.waitFor()).isEqualTo(new ExitStatus.Exited(0));
            assertThat(yes.waitFor()).isEqualTo(new ExitStatus.Signalled(13));
        }
    }

    @Test
    void oneEndMayBeBothOutputAndErrorOfAChild() throws Exception {
        // given
        try (AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess shell = Command.of("sh", "-c", "echo one; echo two >&2")
                    .stdout(out.writer())
                    .stderr(out.writer())
                    .start();

            // then
            assertThat(text(out.reader())).isEqualTo("one\ntwo\n");
            assertThat(shell.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void aDuplicateLetsTwoChildrenWriteIntoOnePipe() throws Exception {
        // given
        try (AnonymousPipe out = AnonymousPipe.create()) {
            // when
            ChildProcess one =
                    Command.of("echo", "one").stdout(out.writer().duplicate()).start();
            assertThat(one.waitFor().isSuccess()).isTrue();
            ChildProcess two = Command.of("echo", "two").stdout(out.writer()).start();

            // then
            assertThat(text(out.reader())).isEqualTo("one\ntwo\n");
            assertThat(two.waitFor().isSuccess()).isTrue();
        }
    }
}
