package dev.naru.channels;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.OpenDescriptors;
import dev.naru.linux.testing.Python;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server, with clients in python3, nc and socat. */
@ExtendWith(NoLeaks.class)
class SocketServerTest {
    private static final Address LOOPBACK = new Address.Tcp("127.0.0.1", 0);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private static int port(SocketServer server) {
        return ((Address.Tcp) server.address()).port();
    }

    private static void echo(Connection connection) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        while (connection.read(bytes.clear()) >= 0) {
            int _ = connection.write(bytes.flip());
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor()).isZero();
        return said;
    }

    @Test
    void ncAndSocatAreAnswered() throws Exception {
        Address file = new Address.UnixFile(folder.resolve("s"));
        try (SocketServer tcp = SocketServer.start(LOOPBACK, SocketServerTest::echo);
                SocketServer unix = SocketServer.start(file, SocketServerTest::echo)) {
            assertThat(unix.address()).isEqualTo(file);
            assertThat(run("sh", "-c", "echo hello | nc -N 127.0.0.1 " + port(tcp)))
                    .isEqualTo("hello\n");
            assertThat(run("sh", "-c", "echo hello | nc -N -U " + folder.resolve("s")))
                    .isEqualTo("hello\n");
            assertThat(run("sh", "-c", "echo hello | socat -t60 - TCP:127.0.0.1:" + port(tcp)))
                    .isEqualTo("hello\n");
            assertThat(run("sh", "-c", "echo hello | socat -t60 - UNIX-CONNECT:" + folder.resolve("s")))
                    .isEqualTo("hello\n");
        }
    }

    @Test
    void whoComesWhenAllPlacesAreTakenWaits() throws Exception {
        ServerOptions two = ServerOptions.usual().withMostConnections(2);
        try (SocketServer server = SocketServer.start(LOOPBACK, two, SocketServerTest::echo);
                Connection first = Connection.connect(server.address());
                Connection second = Connection.connect(server.address());
                Connection third = Connection.connect(server.address())) {
            // given two that are served
            exchange(first);
            exchange(second);
            int _ = third.write(ByteBuffer.wrap(new byte[] {3}));
            assertThat(server.connections()).isEqualTo(2);
            assertThat(third.tryRead(ByteBuffer.allocate(1))).isZero();

            // when
            first.shutdownOutput(); // its handler returns

            // then
            assertThat(third.read(ByteBuffer.allocate(1))).isEqualTo(1);
            exchange(second);
        }
    }

    private static void exchange(Connection connection) throws IOException {
        assertThat(connection.write(ByteBuffer.wrap(new byte[] {1}))).isEqualTo(1);
        assertThat(connection.read(ByteBuffer.allocate(1))).isEqualTo(1);
    }

    @Test
    void closeLetsThoseFinishWhoAreBeingServed() throws Exception {
        // given a handler that answers at the end of what it is asked
        Path file = folder.resolve("s");
        SocketServer server = SocketServer.start(
                new Address.UnixFile(file), ServerOptions.usual().withGrace(LONG), connection -> {
                    ByteBuffer all = ByteBuffer.allocate(100);
                    while (connection.read(all) >= 0) {}
                    int _ = connection.write(all.flip());
                });
        try (server;
                Connection client = Connection.connect(server.address())) {
            int _ = client.write(ByteBuffer.wrap("asked before".getBytes(US_ASCII)));
            Await.until("connections", () -> server.connections() == 1);

            // when
            var close = Task.start(ThreadKind.PLATFORM, () -> {
                server.close();
                return null;
            });

            // then
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (client.read(answer) >= 0) {}
            assertThat(answer.position()).isEqualTo("asked before".length());
            assertThat(close.failure()).isNull();
            assertThat(file).doesNotExist();
            assertThat(server.isOpen()).isFalse();
            assertThatThrownBy(() -> Connection.connect(server.address())).isInstanceOf(ErrnoException.class);
        }
    }

    @Test
    void whoDoesNotFinishInTimeIsClosed() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        SocketServer server = SocketServer.start(LOOPBACK, connection -> {
            try {
                never.await();
            } finally {
                interrupted.countDown();
            }
        });
        try (Connection client = Connection.connect(server.address())) {
            Await.until("connections", () -> server.connections() == 1);
            server.close(Duration.ZERO);
            interrupted.await();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aHandlerThatFailsHurtsNobodyElse() throws Exception {
        AtomicInteger served = new AtomicInteger();
        try (SocketServer server = SocketServer.start(LOOPBACK, connection -> {
            if (served.incrementAndGet() == 1) {
                throw new IllegalStateException("as the test wants it");
            }
            echo(connection);
        })) {
            try (Connection failed = Connection.connect(server.address())) {
                assertThat(failed.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            try (Connection next = Connection.connect(server.address())) {
                exchange(next);
            }
        }
    }

    /** Clients that reset, that are killed, and that stop with a full connection: the others do not notice. */
    @Test
    void clientsOfEveryKindEndTheirOwnConnectionOnly() throws Exception {
        try (SocketServer server = SocketServer.start(
                        LOOPBACK, ServerOptions.usual().withGrace(Duration.ZERO), SocketServerTest::echo);
                Python resets = Python.start();
                Python dies = Python.start();
                Python stops = Python.start();
                Connection other = Connection.connect(server.address())) {
            String connect = "s = socket.create_connection(('127.0.0.1', " + port(server) + "))";
            for (Python each : List.of(resets, dies, stops)) {
                assertThat(each.ask(connect)).isEqualTo("ok");
                assertThat(each.ask("s.send(b'x')")).isEqualTo("1");
            }
            exchange(other);
            Await.until("connections", () -> server.connections() == 4);

            // when one fills its connection and reads nothing
            assertThat(stops.ask("s.setblocking(False)")).isEqualTo("None");
            while (stops.ask("s.send(bytes(65536))").matches("[0-9]+")) {}

            // and one resets, and one is killed
            assertThat(resets.ask("import struct")).isEqualTo("ok");
            assertThat(resets.ask("s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))"))
                    .isEqualTo("None");
            assertThat(resets.ask("s.close()")).isEqualTo("None");
            dies.kill();

            // then
            Await.until("connections", () -> server.connections() == 2);
            exchange(other);
        }
    }

    /** The clients are a process of their own: the memory that is counted is the server's. */
    @Test
    void twoThousandConnectionsAreServedAtOnceWithinBoundedMemory() throws Exception {
        int many = 2_000;
        try (SocketServer server = SocketServer.start(LOOPBACK, SocketServerTest::echo);
                Python clients = Python.start()) {
            assertThat(clients.ask("import resource")).isEqualTo("ok");
            assertThat(clients.ask("resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))"))
                    .isEqualTo("None");
            String connect = "socket.create_connection(('127.0.0.1', " + port(server) + "))";
            assertThat(clients.ask("all = [" + connect + " for _ in range(100)]"))
                    .isEqualTo("ok");
            assertThat(clients.ask("sum(c.send(b'x') + len(c.recv(1)) for c in all)"))
                    .isEqualTo("200");
            long before = rssKib();

            // when
            assertThat(clients.ask("all += [" + connect + " for _ in range(" + (many - 100) + ")]"))
                    .isEqualTo("ok");
            for (int round = 0; round < 3; round++) {
                assertThat(clients.ask("sum(c.send(b'x' * 100) + len(c.recv(100, socket.MSG_WAITALL)) for c in all)"))
                        .isEqualTo(Integer.toString(many * 200));
            }

            // then all are there, and each costs less than two pages and what a virtual thread has
            assertThat(server.connections()).isEqualTo(many);
            assertThat((rssKib() - before) / (double) many).isLessThan(64);
        }
    }

    private static long rssKib() throws IOException {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    @Test
    void tenThousandConnectionsLeaveNoDescriptor() throws Exception {
        try (SocketServer server =
                        SocketServer.start(new Address.UnixFile(folder.resolve("s")), SocketServerTest::echo);
                Python clients = Python.start()) {
            List<String> before = OpenDescriptors.now();

            // when
            String once = "(lambda s: (s.connect('" + folder.resolve("s")
                    + "'), s.send(b'x'), s.recv(1), s.close()))(socket.socket(socket.AF_UNIX))";
            assertThat(clients.ask("len([" + once + " for _ in range(10000)])")).isEqualTo("10000");

            // then
            Await.until("connections", () -> server.connections() == 0);
            Await.until("descriptors", () -> OpenDescriptors.now().equals(before));
        }
    }

    @Test
    void aFileThatIsLeftOfADeadServerIsReplacedAndALivingOnesIsNot() throws Exception {
        Path file = folder.resolve("s");
        Address address = new Address.UnixFile(file);
        try (Python other = Python.start()) {
            assertThat(other.ask("l = socket.socket(socket.AF_UNIX)")).isEqualTo("ok");
            assertThat(other.ask("l.bind('" + file + "')")).isEqualTo("None");

            // bound, and not yet listening: somebody is there
            assertInUse(address);
            assertThat(other.ask("l.listen()")).isEqualTo("None");
            assertInUse(address);

            // when
            other.kill();

            // then
            try (SocketServer server = SocketServer.start(address, SocketServerTest::echo);
                    Connection client = Connection.connect(address)) {
                exchange(client);
                assertInUse(address);
                assertThat(server.connections()).isEqualTo(1);
            }
        }
        var _ = Files.writeString(file, "no socket");
        assertInUse(address);
        assertThat(file).hasContent("no socket");
    }

    private static void assertInUse(Address address) {
        assertThatThrownBy(() -> Listener.listen(address).close())
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.ADDRESS_IN_USE));
    }
}
