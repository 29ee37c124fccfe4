package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru fifo write} into what programs read that are not ours. */
@ExtendWith(NoLeaks.class)
class FifoWriteTest {
    private static final int SIZE = 16 << 20;

    @TempDir
    private Path folder;

    private Path orders;
    private Path file;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        file = Files.write(folder.resolve("file"), Payload.bytes(1, SIZE));
        var _ = Foreign.output("mkfifo", orders.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat orders | sha256sum",
                "sha256sum < orders",
                "dd if=orders bs=777 status=none | sha256sum",
                "perl -MDigest::SHA -e 'open I, q(<orders); print Digest::SHA->new(256)->addfile(*I)->hexdigest, qq(  -\\n)'",
                "python3 -c 'import hashlib; print(hashlib.sha256(open(\"orders\", \"rb\").read()).hexdigest(), \" -\")'",
                "cat orders | cat | cat | sha256sum"
            })
    void aProgramReadsAllOfManyMegabytes(String program) throws Exception {
        // when
        Result result = shell(program + " & naru fifo write orders < file && wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo(Payload.sha256(1, SIZE) + "  -\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "naru fifo write orders < file",
                "naru fifo write fifo:orders < file",
                "cat file | naru fifo write orders",
                "dd if=file bs=777 status=none | naru fifo write ./orders",
                "naru fifo write orders < <(cat file)",
                "mkfifo more && { cat file > more & naru fifo write orders < more; }"
            })
    void standardInputGoesThroughWhateverItIs(String line) throws Exception {
        // when
        Result result =
                shell("sha256sum < orders & " + line + " && wait $!").in(folder).run();

        // then
        assertThat(result.succeeded().out()).isEqualTo(Payload.sha256(1, SIZE) + "  -\n");
    }

    @Test
    void anEmptyInputIsAnEndAtOnce() throws Exception {
        // when
        Result result = shell("wc -c < orders & naru fifo write orders < /dev/null && wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("0\n");
    }

    @Test
    void aDeviceIsReadUntilTheReaderHasEnough() throws Exception {
        // when
        Result result = shell("head -c 1000000 orders | wc -c & naru fifo write orders < /dev/zero; status=$?; wait;"
                        + " exit $status")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(69).out()).isEqualTo("1000000\n");
        assertThat(result.err()).contains("code: reader-gone");
    }

    @Test
    void aTerminalIsReadToItsEnd() throws Exception {
        // when
        Result result = shell(
                        "cat orders & printf 'hello\\n\\004' |"
                                + " script -qec \"$(declare -f naru); naru fifo write orders\" /dev/null > /dev/null && wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo("hello\n");
    }

    @Test
    void aClosedInputIsRefusedAndNothingIsSent() throws Exception {
        // when
        Result result = shell("wc -c < orders & naru fifo write orders <&-; status=$?; wait; exit $status")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(65).out()).isEqualTo("0\n");
        assertThat(result.err()).contains("code: bad-descriptor");
    }

    @Test
    void aDirectoryAsInputIsRefused() throws Exception {
        // when
        Result result = shell("wc -c < orders & naru fifo write orders < .; status=$?; wait; exit $status")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(65).out()).isEqualTo("0\n");
        assertThat(result.err()).contains("EISDIR", "code: is-a-directory");
    }

    @Test
    void aReaderThatGoesInTheMiddleIsAnError() throws Exception {
        try (Peer reader = Peer.start();
                Program writer =
                        naru("fifo", "write", orders.toString()).input(file).start()) {
            // given
            assertThat(reader.tell("open-read " + orders).ask("read 1000000"))
                    .isEqualTo("read 1000000 " + Payload.sha256(1, 1_000_000));

            // when
            var _ = reader.tell("close read");

            // then
            assertThat(writer.end().failed(69, "reader-gone").err())
                    .contains("fifo:" + orders + ": every reader has gone");
        }
    }

    @Test
    void aReaderThatIsKilledInTheMiddleIsAnError() throws Exception {
        try (Peer reader = Peer.start();
                Program writer =
                        naru("fifo", "write", orders.toString()).input(file).start()) {
            // given
            assertThat(reader.tell("open-read " + orders).ask("read 1")).startsWith("read 1 ");
            var _ = writer.awaitPolling();

            // when
            reader.kill();

            // then
            var _ = writer.end().failed(69, "reader-gone");
        }
    }

    @Test
    void withNoWaitAReaderMustBeThere() throws Exception {
        // when
        Result result = naru("fifo", "write", "--no-wait", orders.toString()).run();

        // then
        assertThat(result.failed(69, "no-reader").err()).startsWith("naru: fifo:" + orders);
    }

    @Test
    void withNoWaitAReaderThatIsThereGetsAll() throws Exception {
        try (Peer holder = Peer.start();
                Peer reader = Peer.start()) {
            // given
            var _ = holder.tell("try-open-read " + orders);

            // when
            try (Program writer = naru("fifo", "write", "--no-wait", orders.toString())
                    .input(file)
                    .start()) {
                var _ = writer.awaitPolling(); // the FIFO is full, so it is open
                var _ = reader.tell("open-read " + orders);

                // then
                assertThat(reader.ask("read-to-end")).isEqualTo("end " + SIZE + " " + Payload.sha256(1, SIZE));
                assertThat(writer.end().succeeded().out()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "."})
    void whatIsNoFifoIsNotWritten(String name) throws Exception {
        // when
        Result result = naru("fifo", "write", name).in(folder).run();

        // then
        var _ = result.failed(65, "not-a-fifo");
        assertThat(file).hasSize(SIZE);
    }

    @Test
    void aFifoThatIsMissingIsNotMade() throws Exception {
        // when
        Result result = naru("fifo", "write", "missing").in(folder).run();

        // then
        var _ = result.failed(65, "no-fifo");
        assertThat(folder.resolve("missing")).doesNotExist();
    }

    @Test
    void oneCommandReadsWhatAnotherWrites() throws Exception {
        // when
        Result result = shell("naru fifo write orders < file & naru fifo read orders | sha256sum; wait $!")
                .in(folder)
                .run();

        // then
        assertThat(result.succeeded().out()).isEqualTo(Payload.sha256(1, SIZE) + "  -\n");
    }
}
