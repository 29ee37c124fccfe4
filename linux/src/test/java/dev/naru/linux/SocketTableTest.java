package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets that python3 has, as the kernel lists them. */
@ExtendWith(NoLeaks.class)
class SocketTableTest {
    @TempDir
    private Path folder;

    private static SocketTable.Entry one(SocketTable table, Predicate<SocketTable.Entry> wanted) {
        List<SocketTable.Entry> found = table.sockets().stream().filter(wanted).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static Predicate<SocketTable.Entry> ofInode(String inode) {
        return socket -> socket.inode() == Long.parseLong(inode);
    }

    private static String inode(Python python, String socket) throws IOException {
        return python.ask("os.fstat(" + socket + ".fileno()).st_ino");
    }

    @ParameterizedTest
    @CsvSource({"STREAM", "SEQPACKET"})
    void aConnectionOfUnixHasWhatWaitsOnBothSides(Sockets.Kind kind) throws Exception {
        try (Python python = Python.start()) {
            // given
            Path file = folder.resolve("server");
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_" + kind + "); s.bind('" + file
                            + "'); s.listen(7)"))
                    .isEqualTo("ok");
            assertThat(python.ask("c = socket.socket(socket.AF_UNIX, socket.SOCK_" + kind + "); c.connect('" + file
                            + "'); d, _ = s.accept(); c.send(b'x' * 1234); c.send(b'y' * 100); d.send(b'z' * 77)"))
                    .isEqualTo("ok");

            // when
            SocketTable table = SocketTable.read();

            // then
            assertThat(table.knowsQueues()).isTrue();
            SocketTable.Entry server = one(table, ofInode(inode(python, "s")));
            SocketTable.Entry client = one(table, ofInode(inode(python, "c")));
            SocketTable.Entry accepted = one(table, ofInode(inode(python, "d")));
            SocketName name = new SocketName.UnixFile(file);
            SocketName none = new SocketName.UnixUnnamed();
            assertThat(server)
                    .isEqualTo(new SocketTable.Entry(
                            kind, name, null, SocketTable.State.LISTENING, server.inode(), -1, 0, 0, 7));
            assertThat(client)
                    .isEqualTo(new SocketTable.Entry(
                            kind,
                            none,
                            name,
                            SocketTable.State.ESTABLISHED,
                            client.inode(),
                            accepted.inode(),
                            0,
                            77,
                            1334));
            assertThat(accepted)
                    .isEqualTo(new SocketTable.Entry(
                            kind,
                            name,
                            none,
                            SocketTable.State.ESTABLISHED,
                            accepted.inode(),
                            client.inode(),
                            0,
                            1334,
                            77));
        }
    }

    @Test
    void whoWaitsToBeAcceptedIsCountedAndHasItsServerAsPeer() throws Exception {
        try (Python python = Python.start()) {
            // given
            String name = "naru-test-" + python.pid();
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX); s.bind('\\0" + name + "'); s.listen(5)"))
                    .isEqualTo("ok");
            assertThat(python.ask("c = [socket.socket(socket.AF_UNIX) for i in range(3)]; [x.connect('\\0" + name
                            + "') for x in c]; c[1].send(b'early')"))
                    .isEqualTo("ok");

            // when
            SocketTable table = SocketTable.read();

            // then
            SocketName bound = new SocketName.UnixAbstract(name);
            SocketTable.Entry server = one(table, ofInode(inode(python, "s")));
            assertThat(List.of(server.received(), server.sent())).containsExactly(3L, 5L);
            SocketTable.Entry client = one(table, ofInode(inode(python, "c[1]")));
            assertThat(client.peer()).isEqualTo(bound);
            assertThat(client.peerInode()).isZero();
            assertThat(client.sent()).isEqualTo(SocketTable.UNKNOWN);
        }
    }

    @Test
    void ofADatagramSocketTheFirstOneIsShown() throws Exception {
        try (Python python = Python.start()) {
            // given
            Path file = folder.resolve("log");
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind('" + file + "')"))
                    .isEqualTo("ok");
            assertThat(python.ask("c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); c.connect('" + file
                            + "'); c.send(b'12345'); c.send(b'1')"))
                    .isEqualTo("ok");

            // when
            SocketTable table = SocketTable.read();

            // then
            SocketTable.Entry server = one(table, ofInode(inode(python, "s")));
            assertThat(server.kind()).isEqualTo(Sockets.Kind.DATAGRAM);
            assertThat(server.state()).isEqualTo(SocketTable.State.UNCONNECTED);
            assertThat(server.received()).isEqualTo(5);
            SocketTable.Entry client = one(table, ofInode(inode(python, "c")));
            assertThat(client.peer()).isEqualTo(server.name());
            assertThat(client.sent()).isEqualTo(SocketTable.UNKNOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofTcpBothWaysKnowTheSame(boolean bySockDiag) throws Exception {
        for (String family : List.of("AF_INET", "AF_INET6")) {
            try (Python python = Python.start()) {
                // given
                String host = family.equals("AF_INET") ? "127.0.0.1" : "::1";
                assertThat(python.ask("s = socket.socket(socket." + family + "); s.bind(('" + host
                                + "', 0)); s.listen(9)"
                                + "; p = s.getsockname()[1]; c, e = [socket.create_connection(('" + host
                                + "', p)) for i in range(2)]; d, _ = s.accept(); c.send(b'x' * 4321); d.recv(1)"))
                        .isEqualTo("ok");
                String port = python.ask("p");

                // when
                SocketTable table = bySockDiag ? SocketTable.read() : SocketTable.ofFiles();

                // then
                String name = family.equals("AF_INET") ? "tcp:127.0.0.1:" + port : "tcp:[::1]:" + port;
                SocketTable.Entry server = one(table, ofInode(inode(python, "s")));
                SocketTable.Entry client = one(table, ofInode(inode(python, "c")));
                SocketTable.Entry accepted = one(table, ofInode(inode(python, "d")));
                assertThat(server.name()).hasToString(name);
                assertThat(server.state()).isEqualTo(SocketTable.State.LISTENING);
                assertThat(server.peer()).isNull();
                assertThat(server.received()).isEqualTo(1);
                assertThat(server.sent()).isEqualTo(bySockDiag ? 9 : SocketTable.UNKNOWN);
                assertThat(client.peer()).hasToString(name);
                assertThat(client.peerInode()).isEqualTo(accepted.inode());
                assertThat(accepted.state()).isEqualTo(SocketTable.State.ESTABLISHED);
                assertThat(accepted.name()).hasToString(name);
                assertThat(accepted.peer()).isEqualTo(client.name());
                assertThat(accepted.received()).isEqualTo(4320);
                assertThat(accepted.uid()).isZero();
                assertThat(table.sockets())
                        .filteredOn(socket -> socket.inode() == 0
                                && socket.state() == SocketTable.State.ESTABLISHED
                                && socket.name().equals(server.name()))
                        .hasSize(1);
            }
        }
    }

    @Test
    void withoutSockDiagNamesAndStatesOfUnixAreKnown() throws Exception {
        try (Python python = Python.start()) {
            // given
            Path file = folder.resolve("with blank é");
            String name = "naru-test-" + python.pid();
            assertThat(python.ask("s = socket.socket(socket.AF_UNIX); s.bind('" + file + "'); s.listen(); "
                            + "a = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); a.bind('\\0" + name + "'); "
                            + "c, d = socket.socketpair()"))
                    .isEqualTo("ok");

            // when
            SocketTable table = SocketTable.ofFiles();

            // then
            assertThat(table.knowsQueues()).isFalse();
            SocketTable.Entry server = one(table, ofInode(inode(python, "s")));
            SocketTable.Entry datagrams = one(table, ofInode(inode(python, "a")));
            SocketTable.Entry end = one(table, ofInode(inode(python, "c")));
            assertThat(server)
                    .isEqualTo(new SocketTable.Entry(
                            Sockets.Kind.STREAM,
                            new SocketName.UnixFile(file),
                            null,
                            SocketTable.State.LISTENING,
                            server.inode(),
                            -1,
                            -1,
                            -1,
                            -1));
            assertThat(datagrams.name()).isEqualTo(new SocketName.UnixAbstract(name));
            assertThat(datagrams.kind()).isEqualTo(Sockets.Kind.DATAGRAM);
            assertThat(datagrams.state()).isEqualTo(SocketTable.State.UNCONNECTED);
            assertThat(end.state()).isEqualTo(SocketTable.State.ESTABLISHED);
            assertThat(end.name()).isEqualTo(new SocketName.UnixUnnamed());
        }
    }

    @Test
    void manySocketsComeInSeveralAnswers() throws Exception {
        try (Python python = Python.start()) {
            // given
            assertThat(python.ask("all = [socket.socketpair() for i in range(500)]"))
                    .isEqualTo("ok");
            String inodes = python.ask("[os.fstat(x.fileno()).st_ino for p in all for x in p]");

            // when
            SocketTable table = SocketTable.read();

            // then
            List<Long> wanted = List.of(inodes.replaceAll("[\\[\\] ]", "").split(",", -1)).stream()
                    .map(Long::valueOf)
                    .toList();
            assertThat(table.sockets()).extracting(SocketTable.Entry::inode).containsAll(wanted);
        }
    }
}
