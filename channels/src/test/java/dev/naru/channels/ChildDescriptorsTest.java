package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.naru.channels.contract.Buffers;
import dev.naru.channels.testing.Peers;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which descriptors a child has, and in what state it finds them. */
@ExtendWith(NoLeaks.class)
class ChildDescriptorsTest {
    private static final int F_DUPFD = 0; // <fcntl.h>: a copy without close-on-exec, which nothing of ours makes
    private static final int O_NONBLOCK = 04000; // as fdinfo shows it, in octal

    private final List<AnonymousPipe> pipes = new ArrayList<>();

    private AnonymousPipe pipe() throws Exception {
        AnonymousPipe pipe = AnonymousPipe.create();
        pipes.add(pipe);
        return pipe;
    }

    @AfterEach
    void close() throws Exception {
        for (AnonymousPipe pipe : pipes) {
            pipe.close();
        }
    }

    private static int flags(long pid, int number) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/fdinfo/" + number)).stream()
                .filter(line -> line.startsWith("flags:"))
                .map(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    private static List<Integer> numbers(Peer peer) throws Exception {
        return Arrays.stream(peer.ask("fds").split(" ", -1))
                .skip(1)
                .map(entry -> Integer.valueOf(entry.substring(0, entry.indexOf('='))))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9, 200})
    void aChildFindsItsEndAtTheNumberThatWasAskedFor(int number) throws Exception {
        // given
        AnonymousPipe pipe = pipe();
        try (Peer peer = Peers.start(command -> command.descriptor(number, pipe.writer()))) {
            // when
            peer.tell("open-write fd:" + number).ask("write 10 1");

            // then
            assertThat(Buffers.read(pipe.reader(), 10)).isEqualTo(Payload.bytes(1, 10));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9, 200})
    void aChildHasItsEndsAndStandardStreamsAndNothingElse(int number) throws Exception {
        // given descriptors of ours below and above, some of them without close-on-exec
        AnonymousPipe pipe = pipe();
        AnonymousPipe stranger = pipe();
        int source = stranger.reader().descriptor().number();
        try (Descriptor _ = Descriptor.adopt(FileCalls.fcntl(source, F_DUPFD, 3));
                Descriptor _ = Descriptor.adopt(FileCalls.fcntl(source, F_DUPFD, 100));
                Descriptor _ = Descriptor.adopt(FileCalls.fcntl(source, F_DUPFD, 300));
                Peer peer = Peers.start(command -> command.descriptor(number, pipe.reader()))) {
            // when
            List<Integer> numbers = numbers(peer);

            // then
            assertThat(numbers).containsExactly(0, 1, 2, number);
        }
    }

    @Test
    void aChildWithoutEndsHasOnlyTheStandardStreams() throws Exception {
        // given
        AnonymousPipe stranger = pipe();
        int source = stranger.reader().descriptor().number();
        try (Descriptor _ = Descriptor.adopt(FileCalls.fcntl(source, F_DUPFD, 3));
                Peer peer = Peers.start(command -> command)) {
            // when, then
            assertThat(numbers(peer)).containsExactly(0, 1, 2);
        }
    }

    @Test
    void endsMayChangeTheirNumbersAmongEachOther() throws Exception {
        // given each asks for a number that is, here, that of another
        List<AnonymousPipe> five = List.of(pipe(), pipe(), pipe(), pipe(), pipe());
        List<Integer> own =
                five.stream().map(pipe -> pipe.writer().descriptor().number()).toList();

        // when
        try (Peer peer = Peers.start(command -> {
            for (int i = 0; i < five.size(); i++) {
                command.descriptor(own.get((i + 1) % five.size()), five.get(i).writer());
            }
            return command;
        })) {
            // then
            for (int i = 0; i < five.size(); i++) {
                peer.tell("open-write fd:" + own.get((i + 1) % five.size()));
                assertThat(peer.ask("write 5 " + i)).isEqualTo("wrote 5");
                assertThat(Buffers.read(five.get(i).reader(), 5)).isEqualTo(Payload.bytes(i, 5));
            }
        }
    }

    @Test
    void anEndMayKeepItsNumber() throws Exception {
        // given
        AnonymousPipe pipe = pipe();
        int number = pipe.writer().descriptor().number();

        // when
        try (Peer peer = Peers.start(command -> command.descriptor(number, pipe.writer()))) {
            peer.tell("open-write fd:" + number);

            // then
            assertThat(peer.ask("write 5 1")).isEqualTo("wrote 5");
            assertThat(Buffers.read(pipe.reader(), 5)).isEqualTo(Payload.bytes(1, 5));
        }
    }

    @Test
    void aChildFindsItsEndsBlocking() throws Exception {
        // given
        AnonymousPipe first = pipe();
        AnonymousPipe second = pipe();

        // when
        try (Peer peer =
                Peers.start(command -> command.descriptor(3, first.reader()).descriptor(4, second.writer()))) {
            // then
            for (int number : new int[] {0, 1, 3, 4}) {
                assertThat(flags(peer.pid(), number) & O_NONBLOCK)
                        .as("flags of %s", number)
                        .isZero();
            }
        }
    }

    @Test
    void whatIsKeptOfAPipeStaysNonBlockingWhileTheChildsEndBlocks() throws Exception {
        // given
        AnonymousPipe pipe = pipe();
        PipeWriter kept = pipe.writer().duplicate();

        // when
        try (kept;
                Peer peer = Peers.start(command -> command.descriptor(3, pipe.writer()))) {
            // then
            assertThat(flags(peer.pid(), 3) & O_NONBLOCK).isZero();
            assertThat(kept.descriptor().isNonBlocking()).isTrue();
            assertThat(pipe.reader().tryRead(ByteBuffer.allocate(1))).isZero();
        }
    }

    @Test
    void aChildThatIsKilledTakesItsEndsWithIt() throws Exception {
        // given
        AnonymousPipe toChild = pipe();
        AnonymousPipe fromChild = pipe();
        try (Peer peer =
                Peers.start(command -> command.descriptor(3, toChild.reader()).descriptor(4, fromChild.writer()))) {
            // when
            peer.kill();

            // then
            assertThat(fromChild.reader().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(catchThrowable(() -> toChild.writer().write(ByteBuffer.allocate(1))))
                    .hasMessageContaining("every reader has gone");
        }
    }

    @Test
    void anEndThatAGrandchildInheritsStaysOpenWhenTheChildDies() throws Exception {
        // given a shell whose own child holds the end, and reports when it runs
        AnonymousPipe pipe = pipe();
        AnonymousPipe release = pipe();
        var child = Command.of("sh", "-c", "(read line <&4; echo late >&3) & echo up >&3; exit 3")
                .descriptor(3, pipe.writer())
                .descriptor(4, release.reader())
                .start();
        assertThat(Buffers.read(pipe.reader(), 3)).isEqualTo("up\n".getBytes(StandardCharsets.US_ASCII));

        // when
        assertThat(child.waitFor()).isEqualTo(new ExitStatus.Exited(3));

        // then
        assertThat(pipe.reader().tryRead(ByteBuffer.allocate(10))).isZero();
        int _ = release.writer().write(ByteBuffer.wrap(new byte[] {'\n'}));
        assertThat(Buffers.read(pipe.reader(), 100)).isEqualTo("late\n".getBytes(StandardCharsets.US_ASCII));
    }
}
