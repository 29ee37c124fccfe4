package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.Descriptor;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A descriptor whose flags are shared with others and that cannot be opened anew: here a socket, which blocks, with a foreign
 * peer on its other side.
 */
@ExtendWith(NoLeaks.class)
class SharedEndpointTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private Peer peer;
    private SocketChannel socket;
    private int number;
    private InputChannel reader;
    private OutputChannel writer;

    /** The JDK keeps a descriptor of its own from the first socket that is closed. */
    @BeforeAll
    static void warmUp() throws Exception {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
    }

    private static Set<Integer> numbers() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(SharedEndpointTest::isSocket)
                    .map(path -> Integer.valueOf(path.getFileName().toString()))
                    .collect(Collectors.toSet());
        }
    }

    private static boolean isSocket(Path number) {
        try {
            return Files.readSymbolicLink(number).toString().startsWith("socket:");
        } catch (IOException closed) {
            return false;
        }
    }

    @BeforeEach
    void connect() throws Exception {
        peer = Peer.start();
        Path path = folder.resolve("socket");
        peer.tell("listen " + path);
        Set<Integer> before = numbers();
        socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
        Set<Integer> after = numbers();
        after.removeAll(before);
        number = after.iterator().next();
        peer.tell("accept");
        reader = Endpoints.openReader(new Address.Fd(number));
        writer = Endpoints.openWriter(new Address.Fd(number));
    }

    @AfterEach
    void close() throws Exception {
        socket.close();
        peer.close();
    }

    private static ByteBuffer room() {
        return ByteBuffer.allocate(100);
    }

    @Test
    void itsFlagsStayAsTheyAre() throws Exception {
        // when
        peer.ask("write 10 1");
        assertThat(reader.read(room())).isEqualTo(10);
        assertThat(writer.write(ByteBuffer.allocate(10))).isEqualTo(10);

        // then
        assertThat(Descriptor.borrow(number).isNonBlocking()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aReadWaits(ThreadKind kind) throws Exception {
        // given
        var read = Task.start(kind, () -> reader.read(room())).awaitPolling();

        // when
        peer.ask("write 10 1");

        // then
        assertThat(read.result()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    void timedAndTryFormsAnswerZeroWhenNothingIsThere(ThreadKind kind) throws Exception {
        assertThat(Task.start(kind, () -> reader.read(room(), SHORT)).result()).isZero();
        assertThat(Task.start(kind, () -> reader.read(room(), Duration.ZERO)).result())
                .isZero();
        assertThat(Task.start(kind, () -> reader.tryRead(room())).result()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void timedAndTryFormsGiveWhatIsThere(ThreadKind kind) throws Exception {
        // given
        peer.ask("write 300 1");

        // when, then
        assertThat(Task.start(kind, () -> reader.tryRead(room())).result()).isEqualTo(100);
        assertThat(Task.start(kind, () -> reader.read(room(), Duration.ZERO)).result())
                .isEqualTo(100);
        assertThat(Task.start(kind, () -> reader.read(room(), LONG)).result()).isEqualTo(100);
    }

    @ParameterizedTest
    @EnumSource
    void theTryFormsDoNotHeedAnInterrupt(ThreadKind kind) throws Exception {
        // when
        var tried = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return reader.tryRead(room()) + writer.tryWrite(ByteBuffer.allocate(7));
        });

        // then
        assertThat(tried.result()).isEqualTo(7);
        assertThat(tried.interruptedAtEnd()).isTrue();
        assertThat(reader.isOpen() && writer.isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitingReadAndLeavesTheNumberOpen(ThreadKind kind) throws Exception {
        // given
        var read = Task.start(kind, () -> reader.read(room())).awaitPolling();

        // when
        read.interrupt();

        // then
        assertThat(read.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(read.interruptedAtEnd()).isTrue();
        assertThat(reader.isOpen()).isFalse();
        assertThat(socket.write(ByteBuffer.allocate(5))).isEqualTo(5);
        assertThat(peer.ask("read 5")).startsWith("read 5 ");
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAWaitingReadAndLeavesTheNumberOpen(ThreadKind kind) throws Exception {
        // given
        var read = Task.start(kind, () -> reader.read(room())).awaitPolling();

        // when
        reader.close();

        // then
        assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> reader.read(room())).isExactlyInstanceOf(ClosedChannelException.class);
        assertThat(numbers()).contains(number);
    }

    @ParameterizedTest
    @EnumSource
    void aWriteWaitsForRoomAndNothingIsLost(ThreadKind kind) throws Exception {
        // given
        int size = 1 << 22;
        var write = Task.start(kind, () -> writer.write(ByteBuffer.wrap(Payload.bytes(2, size))))
                .awaitPolling();

        // when
        String read = peer.ask("read " + size);

        // then
        assertThat(read).isEqualTo("read " + size + " " + Payload.sha256(2, size));
        assertThat(write.result()).isEqualTo(size);
    }

    @ParameterizedTest
    @EnumSource
    void timedAndTryWritesAnswerZeroWhenItIsFull(ThreadKind kind) throws Exception {
        // given
        int _ = Buffers.fill(writer);

        // when, then
        assertThat(Task.start(kind, () -> writer.write(ByteBuffer.allocate(1), SHORT))
                        .result())
                .isZero();
        assertThat(Task.start(kind, () -> writer.write(ByteBuffer.allocate(1), Duration.ZERO))
                        .result())
                .isZero();
        assertThat(Task.start(kind, () -> writer.tryWrite(ByteBuffer.allocate(1)))
                        .result())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitingWrite(ThreadKind kind) throws Exception {
        // given
        int _ = Buffers.fill(writer);
        var write = Task.start(kind, () -> writer.write(ByteBuffer.allocate(1))).awaitPolling();

        // when
        write.interrupt();

        // then
        assertThat(write.failure()).isInstanceOf(ClosedByInterruptException.class);
    }

    @ParameterizedTest
    @EnumSource
    void theEndComesWhenThePeerCloses(ThreadKind kind) throws Exception {
        // given
        var read = Task.start(kind, () -> reader.read(room())).awaitPolling();

        // when
        peer.kill();

        // then
        assertThat(read.result()).isEqualTo(-1);
    }
}
