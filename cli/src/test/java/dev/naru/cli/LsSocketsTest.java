package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code naru ls}: sockets that python3 and perl have, with what waits in them. */
@ExtendWith(NoLeaks.class)
class LsSocketsTest {
    @TempDir
    private Path folder;

    private static void in(Python python, String statements) throws Exception {
        assertThat(python.ask(statements)).doesNotStartWith("error");
    }

    /** The rows with that address, cut at blanks; all have it at the end. */
    private static List<List<String>> rows(Result table, String address) {
        return table.endedWith(0)
                .out()
                .lines()
                .map(line -> List.of(line.split(" +", -1)))
                .filter(fields -> fields.getLast().equals(address))
                .toList();
    }

    private static List<Map<String, Object>> objects(Result json, String address) {
        return Json.lines(json.endedWith(0).out()).stream()
                .filter(object -> object.get("address").equals(address))
                .toList();
    }

    private static Map<String, Object> holder(Python python, String socket) throws Exception {
        return Map.of("pid", python.pid(), "name", "python3", "fd", Long.valueOf(python.ask(socket + ".fileno()")));
    }

    private static Map<String, Object> of(List<Map<String, Object>> objects, String state) {
        return objects.stream()
                .filter(object -> object.get("state").equals(state))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aServerOfUnixIsShownWithItsConnectionsAndWhatWaits() throws Exception {
        try (Python server = Python.start();
                Python client = Python.start()) {
            // given
            String file = folder.resolve("나루").toString();
            in(server, "s = socket.socket(socket.AF_UNIX); s.bind('" + file + "'); s.listen(7)");
            in(client, "c = [socket.socket(socket.AF_UNIX) for i in range(3)]; [x.connect('" + file + "') for x in c]");
            in(server, "d, _ = s.accept(); d.send(b'x' * 77)");
            in(client, "c[0].send(b'y' * 1234)");

            // when
            Result table = naru("ls", "unix:").in(folder).run();
            Result json = naru("ls", "--json", "unix:").in(folder).run();

            // then
            String shown = "unix:" + file;
            String who = "python3(" + server.pid() + ")";
            assertThat(table.succeeded().out().lines().findFirst().orElseThrow().split(" +", -1))
                    .containsExactly(
                            "type", "state", "owner", "recv-q", "send-q", "waiting", "process", "peer", "address");
            assertThat(rows(table, shown))
                    .containsExactly(
                            List.of("stream", "listening", "root", "-", "-", "2/7", who, "-", shown),
                            List.of(
                                    "stream",
                                    "established",
                                    "root",
                                    "1234",
                                    "77",
                                    "-",
                                    who,
                                    "python3(" + client.pid() + ")",
                                    shown));
            List<Map<String, Object>> objects = objects(json, "unix:" + file);
            assertThat(objects).hasSize(2);
            assertThat(objects.getFirst())
                    .containsEntry("kind", "unix")
                    .containsEntry("type", "stream")
                    .containsEntry("state", "listening")
                    .containsEntry("uid", 0L)
                    .containsEntry("owner", "root")
                    .containsEntry("inode", Long.valueOf(server.ask("os.fstat(s.fileno()).st_ino")))
                    .containsEntry("waiting", 2L)
                    .containsEntry("backlog", 7L)
                    .containsEntry("processes", List.of(holder(server, "s")))
                    .doesNotContainKeys("receiveQueue", "sendQueue", "peer");
            assertThat(objects.getLast())
                    .containsEntry("state", "established")
                    .containsEntry("receiveQueue", 1234L)
                    .containsEntry("sendQueue", 77L)
                    .containsEntry("processes", List.of(holder(server, "d")))
                    .containsEntry("peer", Json.NULL)
                    .containsEntry("peerProcesses", List.of(holder(client, "c[0]")))
                    .doesNotContainKeys("waiting", "backlog");
        }
    }

    @Test
    void theOtherKindsOfUnixAndAbstractNamesAreShown() throws Exception {
        try (Python python = Python.start()) {
            // given
            String name = "naru-ls-" + python.pid();
            in(
                    python,
                    "a = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); a.bind('\\0" + name + "-d'); "
                            + "b = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); b.sendto(b'12345', '\\0" + name
                            + "-d'); "
                            + "c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); c.bind('\\0" + name
                            + "-s'); c.listen(3)");

            // when
            Result table = naru("ls", "unix:").in(folder).run();

            // then
            String who = "python3(" + python.pid() + ")";
            String datagrams = "unix:@" + name + "-d";
            String packets = "unix:@" + name + "-s";
            assertThat(rows(table, datagrams))
                    .containsExactly(List.of("dgram", "unconnected", "root", "5", "-", "-", who, "-", datagrams));
            assertThat(rows(table, packets))
                    .containsExactly(List.of("seqpacket", "listening", "root", "-", "-", "0/3", who, "-", packets));
        }
    }

    @Test
    void unnamedSocketsAreShownWithAllOnly() throws Exception {
        try (Python python = Python.start()) {
            // given
            in(python, "c, d = socket.socketpair(); c.send(b'x' * 99)");
            String inode = python.ask("os.fstat(d.fileno()).st_ino");

            // when
            Result usual = naru("ls", "--json", "unix:").in(folder).run();
            Result all = naru("ls", "--json", "--all", "unix:").in(folder).run();

            // then
            assertThat(Json.lines(usual.succeeded().out()))
                    .noneMatch(object -> object.get("address").equals(Json.NULL));
            assertThat(Json.lines(all.succeeded().out()))
                    .filteredOn(object -> object.get("inode").equals(Long.valueOf(inode)))
                    .singleElement()
                    .satisfies(object -> assertThat(object)
                            .containsEntry("address", Json.NULL)
                            .containsEntry("receiveQueue", 99L)
                            .containsEntry("peerProcesses", List.of(holder(python, "c"))));
            assertThat(naru("ls", "-a", "unix:").in(folder).run().succeeded().out())
                    .containsPattern("established +root +99 +0 +- +python3\\(" + python.pid() + "\\) +python3\\("
                            + python.pid() + "\\) +unix:\n");
        }
    }

    @Test
    void bothEndsOfTcpAndWhoWaitsAreShown() throws Exception {
        for (String host : List.of("127.0.0.1", "::1")) {
            try (Python server = Python.start();
                    Python client = Python.start()) {
                // given
                in(
                        server,
                        "s = socket.socket(socket." + (host.equals("::1") ? "AF_INET6" : "AF_INET") + "); s.bind(('"
                                + host + "', 0)); s.listen(9)");
                String port = server.ask("s.getsockname()[1]");
                in(
                        client,
                        "c, e = [socket.create_connection(('" + host + "', " + port
                                + ")) for i in range(2)]; c.send(b'x' * 4321)");
                in(server, "d, _ = s.accept(); d.recv(1)");
                String local = client.ask("c.getsockname()[1]");

                // when
                Result table = naru("ls", "tcp:").in(folder).run();
                Result json = naru("ls", "--json", "tcp:").in(folder).run();

                // then
                String place = "tcp:" + (host.equals("::1") ? "[::1]" : host) + ":";
                assertThat(rows(table, place + port))
                        .contains(
                                List.of(
                                        "stream",
                                        "listening",
                                        "root",
                                        "-",
                                        "-",
                                        "1/9",
                                        "python3(" + server.pid() + ")",
                                        "-",
                                        place + port),
                                List.of(
                                        "stream",
                                        "established",
                                        "root",
                                        "4320",
                                        "0",
                                        "-",
                                        "python3(" + server.pid() + ")",
                                        place + local,
                                        place + port))
                        .hasSize(3);
                assertThat(of(objects(json, place + port), "unaccepted"))
                        .containsEntry("inode", 0L)
                        .containsEntry("processes", List.of())
                        .containsEntry("peerProcesses", List.of(holder(client, "e")));
                assertThat(of(objects(json, place + local), "established"))
                        .containsEntry("kind", "tcp")
                        .containsEntry("peer", place + port)
                        .containsEntry("processes", List.of(holder(client, "c")))
                        .containsEntry("peerProcesses", List.of(holder(server, "d")));
                assertThat(table.out()).doesNotContain("unix:");
            }
        }
    }

    @Test
    void aClosedConnectionThatNobodyHasIsShownWithAllOnly() throws Exception {
        try (Python python = Python.start()) {
            // given a connection that this side closed first
            in(
                    python,
                    "s = socket.create_server(('127.0.0.1', 0)); p = s.getsockname(); c = socket.create_connection(p); "
                            + "d, _ = s.accept(); q = c.getsockname()[1]; c.close(); d.recv(1); d.close()");
            String address = "tcp:127.0.0.1:" + python.ask("q");

            // when
            Result usual = naru("ls", "--json", "tcp:").in(folder).run();
            Result all = naru("ls", "--json", "--all", "tcp:").in(folder).run();

            // then
            assertThat(objects(usual, address)).isEmpty();
            assertThat(objects(all, address))
                    .singleElement()
                    .satisfies(object -> assertThat(object).containsEntry("state", "time-wait"));
        }
    }

    @Test
    void aSocketOfAnotherUserHasItsOwner() throws Exception {
        try (Peer nobody = Peer.startAsNobody()) {
            // given
            String name = "naru-ls-" + nobody.pid();
            var _ = nobody.tell("listen @" + name);

            // when
            Result json = naru("ls", "--json", "unix:").in(folder).run();

            // then
            assertThat(objects(json, "unix:@" + name))
                    .singleElement()
                    .satisfies(object -> assertThat(object)
                            .containsEntry("uid", 65534L)
                            .containsEntry("owner", "nobody")
                            .containsEntry("state", "listening"))
                    .extracting(object -> ((List<?>) object.get("processes")).getFirst())
                    .asString()
                    .contains("pid=" + nobody.pid(), "name=perl");
        }
    }

    @Test
    void whoMayNotSeeTheProcessSeesTheSocketAndIsToldSo() throws Exception {
        try (Python python = Python.start()) {
            // given
            String name = "naru-ls-" + python.pid();
            in(python, "s = socket.socket(socket.AF_UNIX); s.bind('\\0" + name + "'); s.listen(2)");
            var _ = Foreign.output("chmod", "755", folder.toString());

            // when
            Path jars = Files.createTempDirectory("naru-jars");
            try {
                Result json = asNobody(jars, "ls", "--json", "unix:").in(folder).run();

                // then
                assertThat(json.err())
                        .isEqualTo("naru: ? is shown where processes of other users may be; root sees them\n");
                assertThat(objects(json, "unix:@" + name))
                        .singleElement()
                        .satisfies(object -> assertThat(object)
                                .containsEntry("owner", "root")
                                .containsEntry("backlog", 2L)
                                .containsEntry("processes", Json.NULL));
            } finally {
                var _ = Foreign.output("rm", "-r", jars.toString());
            }
        }
    }

    @Test
    void whereSockDiagIsRefusedTheRestIsShownAndThatIsSaid() throws Exception {
        try (Python python = Python.start()) {
            // given
            String name = "naru-ls-" + python.pid();
            in(
                    python,
                    "s = socket.socket(socket.AF_UNIX); s.bind('\\0" + name + "'); s.listen(2); "
                            + "t = socket.create_server(('127.0.0.1', 0), backlog=4)");

            // when
            Result table = naru("ls", "unix:", "tcp:")
                    .under("strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=socket:error=EPROTONOSUPPORT")
                    .in(folder)
                    .run();

            // then
            String who = "python3(" + python.pid() + ")";
            String port = "tcp:127.0.0.1:" + python.ask("t.getsockname()[1]");
            assertThat(table.err()).startsWith("naru: the kernel refuses sock_diag: ");
            assertThat(rows(table, "unix:@" + name))
                    .containsExactly(List.of("stream", "listening", "?", "-", "-", "?/?", who, "-", "unix:@" + name));
            assertThat(rows(table, port))
                    .containsExactly(List.of("stream", "listening", "root", "-", "-", "0/?", who, "-", port));
        }
    }

    @Test
    void kindsAreListedAloneAndADirectoryBesideThem() throws Exception {
        try (Python python = Python.start()) {
            // given
            var _ = Foreign.output("mkfifo", folder.resolve("orders").toString());
            String name = "unix:@naru-ls-" + python.pid();
            in(python, "s = socket.socket(socket.AF_UNIX); s.bind('\\0naru-ls-" + python.pid() + "'); s.listen(2)");

            // when
            Result fifos = naru("ls", "--json", "fifo:").in(folder).run();
            Result both = naru("ls", "--json", ".", "unix:").in(folder).run();
            Result everything = naru("ls", "--json").in(folder).run();
            Result rings =
                    naru("ls", "ring:", "lock:", "shm:", "topic:").in(folder).run();

            // then
            assertThat(Json.lines(fifos.succeeded().out()))
                    .extracting(object -> object.get("address"))
                    .containsExactly("fifo:orders");
            for (Result result : List.of(both, everything)) {
                assertThat(Json.lines(result.succeeded().out()))
                        .extracting(object -> object.get("address"))
                        .contains("fifo:orders", name);
            }
            assertThat(rings.succeeded().out()).doesNotContain("fifo:", "unix:");
        }
    }

    @Test
    void whatIsAtAnAddressIsListedAlone() throws Exception {
        try (Python python = Python.start()) {
            // given
            String name = "naru-ls-" + python.pid();
            in(
                    python,
                    "s = socket.create_server(('0.0.0.0', 0)); p = s.getsockname()[1]; c = socket.create_connection(('127.0.0.1',"
                            + " p)); d, _ = s.accept()");
            in(
                    python,
                    "a = socket.socket(socket.AF_UNIX); a.bind('\\0" + name + "'); a.listen(2); "
                            + "b = socket.socket(socket.AF_UNIX); b.connect('\\0" + name + "')");
            String port = python.ask("p");
            String client = "tcp:127.0.0.1:" + python.ask("c.getsockname()[1]");

            // when
            Result tcp =
                    naru("ls", "--json", "tcp:localhost:" + port).in(folder).run();
            Result unix = naru("ls", "--json", "unix:@" + name).in(folder).run();
            Result clients =
                    naru("ls", "--json", "-a", "unix:@" + name).in(folder).run();
            Result nobody = naru("ls", "unix:@" + name + "-not").in(folder).run();

            // then
            assertThat(Json.lines(tcp.succeeded().out()))
                    .extracting(object -> object.get("address"))
                    .containsExactlyInAnyOrder("tcp:0.0.0.0:" + port, "tcp:127.0.0.1:" + port, client);
            assertThat(Json.lines(unix.succeeded().out()))
                    .extracting(object -> object.get("state"))
                    .containsExactly("listening");
            assertThat(Json.lines(clients.succeeded().out()))
                    .extracting(object -> object.get("peer"))
                    .containsExactlyInAnyOrder(null, "unix:@" + name);
            var _ = nobody.failed(69, "nobody-listens");
        }
    }
}
