package dev.naru.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.Listener;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Memory and rings without a name, handed to python3 through a Unix socket, and from there. */
@ExtendWith(NoLeaks.class)
class PassedMemoryTest {
    private static final Path LAYOUTS = Path.of("..", "docs", "layouts").toAbsolutePath();

    @TempDir
    private Path folder;

    private Python python;
    private Connection connection;

    @BeforeEach
    void connect() throws Exception {
        python = Python.start();
        Path file = folder.resolve("s");
        try (Listener listener = Listener.listen(new Address.UnixFile(file))) {
            tell("s = socket.socket(socket.AF_UNIX)");
            assertThat(python.ask("s.connect('" + file + "')")).isEqualTo("None");
            connection = listener.accept();
        }
        tell("import sys, mmap");
        assertThat(python.ask("sys.path.append('" + LAYOUTS + "')")).isEqualTo("None");
        tell("import naru_ring");
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
        python.close();
    }

    private void tell(String statement) throws Exception {
        assertThat(python.ask(statement)).isEqualTo("ok");
    }

    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }

    /** What python gets is fds[0]. */
    private void gets() throws Exception {
        tell("fds = socket.recv_fds(s, 1, 1)[1]");
    }

    @Test
    void memoryWithoutANameIsHandedToPythonWhichStores() throws Exception {
        try (SharedMemory memory = SharedMemory.anonymous("passed", MemorySpec.bytes(4096))) {
            // when
            connection.pass(one(), memory);
            gets();
            tell("m = mmap.mmap(fds[0], 4096)");
            tell("m[0:5] = b'hello'");

            // then
            assertThat(memory.segment().asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE))
                    .asString(US_ASCII)
                    .isEqualTo("hello");
        }
    }

    @Test
    void aRingWithoutANameIsHandedToPythonWhichSends() throws Exception {
        try (Ring ring = Ring.anonymous("passed", RingSpec.oneToOne(4096));
                RingReader reader = ring.reader()) {
            // when
            connection.pass(one(), ring);
            gets();
            tell("r = naru_ring.Ring('/proc/self/fd/%d' % fds[0])");
            assertThat(python.ask("os.close(fds[0])")).isEqualTo("None");
            assertThat(python.ask("r.writer()")).isNotNull();
            assertThat(python.ask("r.send(b'from there')")).isNotNull();

            // then
            assertThat(reader.receive()).asString(US_ASCII).isEqualTo("from there");

            // and it holds a lock of its own: its lane is taken as long as it lives, and free when it is dead
            assertThatThrownBy(ring::writer)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            taken -> assertThat(taken.problem()).isEqualTo(Problem.LANES_TAKEN));
            python.kill();
            try (RingWriter writer = ring.writer()) {
                writer.send("after".getBytes(US_ASCII));
            }
            assertThat(reader.receive()).asString(US_ASCII).isEqualTo("after");
        }
    }

    @Test
    void memoryOfPythonIsOpenedHere() throws Exception {
        // given
        tell("f = os.memfd_create('theirs')");
        assertThat(python.ask("os.write(f, b'x' * 4096)")).isEqualTo("4096");
        assertThat(python.ask("socket.send_fds(s, [b'x'], [f])")).isEqualTo("1");

        // when
        List<Descriptor> got = connection.receive(one()).orElseThrow();
        try (Descriptor descriptor = got.getFirst();
                SharedMemory memory = SharedMemory.open(descriptor)) {
            memory.segment().set(ValueLayout.JAVA_BYTE, 4095, (byte) 'y');

            // then
            assertThat(python.ask("os.pread(f, 2, 4094)")).isEqualTo("b'xy'");
        }
    }
}
