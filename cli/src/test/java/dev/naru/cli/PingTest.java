package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.SocketTable;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Python;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru ping}, at servers in python3 and socat. */
@ExtendWith(NoLeaks.class)
class PingTest {
    private static final String TIME = "\\d+(\\.\\d)? (ns|µs|ms|s)";

    @TempDir
    private Path folder;

    private Result ping(String line) throws Exception {
        return naru(("ping " + line).split(" ", -1)).in(folder).run();
    }

    private static Map<String, Object> object(Result json) {
        return Json.line(json.endedWith(0).out().strip());
    }

    private static void in(Python python, String statements) throws IOException {
        assertThat(python.ask(statements)).doesNotStartWith("error");
    }

    /** A server of TCP that listens and accepts nobody; its port. */
    private static String listen(Python python) throws IOException {
        in(python, "s = socket.create_server(('127.0.0.1', 0), backlog=100)");
        return python.ask("s.getsockname()[1]");
    }

    /** Its next statement accepts one and does with it, as {@code d}, what that program says; it does not wait for that. */
    private static void tellAccepted(Python python, String program) throws IOException {
        in(python, "import threading; program = '''d, _ = s.accept()\\n" + program + "'''");
        in(python, "threading.Thread(target=lambda: exec(program, globals()), daemon=True).start()");
    }

    private static boolean isListening(String name) throws IOException {
        return SocketTable.read().sockets().stream()
                .anyMatch(socket -> socket.state() == SocketTable.State.LISTENING
                        && socket.name().toString().equals(name));
    }

    @Test
    void eachConnectIsTimedAndAtTheEndAllAreSummed() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);

            // when
            Result result = ping("-c 3 -i 0 " + address);

            // then
            List<String> lines = result.succeeded().out().lines().toList();
            for (int i = 0; i < 3; i++) {
                assertThat(lines.get(i)).matches((i + 1) + ": " + TIME);
            }
            assertThat(lines.get(3)).isEqualTo(address + ", connect: 3 sent, 3 answered, 0 lost");
            assertThat(lines.get(4)).matches("min T, p50 T, p90 T, p99 T, p99\\.9 T, max T".replace("T", TIME));
            assertThat(lines.subList(5, lines.size()))
                    .isNotEmpty()
                    .allMatch(line -> line.matches(" *" + TIME + " - " + TIME + " +(0|\\d  #+)"));
        }
    }

    @Test
    void aServerOfUnixByFileAndByAbstractNameIsPinged() throws Exception {
        try (Python server = Python.start()) {
            // given
            String name = "naru-test-" + server.pid();
            in(server, "a = socket.socket(socket.AF_UNIX); a.bind('" + folder.resolve("s") + "'); a.listen(100)");
            in(server, "b = socket.socket(socket.AF_UNIX); b.bind('\\0" + name + "'); b.listen(100)");

            for (String address : List.of("unix:s", "unix:@" + name)) {
                // when
                Map<String, Object> json = object(ping("-c 5 --flood --json " + address));

                // then
                assertThat(json)
                        .containsEntry("address", address)
                        .containsEntry("mode", "connect")
                        .containsEntry("sent", 5L)
                        .containsEntry("answered", 5L)
                        .containsEntry("lost", 0L)
                        .doesNotContainKeys("bytes", "lastLoss");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:s", "unix:@NAME", "tcp:127.0.0.1:PORT"})
    void whatSocatSendsBackIsTimed(String form) throws Exception {
        String name = folder.getFileName().toString();
        try (Python ports = Python.start()) {
            String address = form.replace("NAME", name);
            if (form.startsWith("tcp:")) {
                address = address.replace("PORT", listen(ports));
                in(ports, "s.close()");
            }
            String listener = address.startsWith("tcp:")
                    ? "TCP4-LISTEN:" + address.replaceFirst(".*:", "") + ",bind=127.0.0.1,reuseaddr"
                    : address.startsWith("unix:@") ? "ABSTRACT-LISTEN:" + name : "UNIX-LISTEN:" + folder.resolve("s");
            try (Program socat =
                    shell("exec socat " + listener + " EXEC:cat").in(folder).start()) {
                String bound = address.equals("unix:s") ? "unix:" + folder.resolve("s") : address;
                var _ = socat.await("it listens", () -> isListening(bound));

                // when
                Map<String, Object> json = object(ping("--echo -c 200 --flood --size 1000 --json " + address));

                // then
                assertThat(json)
                        .containsEntry("mode", "echo")
                        .containsEntry("bytes", 1000L)
                        .containsEntry("sent", 200L)
                        .containsEntry("answered", 200L);
                assertThat(List.of("minNs", "p50Ns", "p90Ns", "p99Ns", "p999Ns", "maxNs").stream()
                                .map(property -> (Long) json.get(property))
                                .toList())
                        .isSorted()
                        .allMatch(nanos -> nanos > 0);
                assertThat((List<?>) json.get("histogram"))
                        .extracting(bucket -> (Long) ((Map<?, ?>) bucket).get("count"))
                        .satisfies(counts -> assertThat(counts.stream()
                                        .mapToLong(Long::longValue)
                                        .sum())
                                .isEqualTo(200));
            }
        }
    }

    @Test
    void theLargestEchoComesBackFromAServerThatSendsWhileItReads() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            tellAccepted(server, "while (b := d.recv(4096)): d.sendall(b)");

            // when
            Map<String, Object> json = object(ping("--echo -c 20 --flood --size 64K --json " + address));

            // then
            assertThat(json).containsEntry("answered", 20L).containsEntry("bytes", 65536L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "unix:s, 65, not-found",
        "unix:@nobody-listens-here, 69, nobody-listens",
        "tcp:127.0.0.1:1, 69, nobody-listens"
    })
    void whereNobodyListensAllAreLostAndThatIsTheStatus(String address, int status, String code) throws Exception {
        // when
        Result result = ping("-c 2 -i 0 " + address);

        // then
        assertThat(result.endedWith(status).out().lines().toList())
                .hasSize(3)
                .last()
                .isEqualTo(address + ", connect: 2 sent, 0 answered, 2 lost");
        assertThat(result.out()).startsWith("1: lost: " + address + ": ");
        assertThat(result.err()).contains("\n  code: " + code + " (");
    }

    @Test
    void jsonOfNoAnswerHasNoTimes() throws Exception {
        // when
        Result result = ping("-c 3 --flood --json unix:@nobody-listens-here");

        // then
        assertThat(Json.line(result.endedWith(69).out().strip()))
                .containsEntry("lost", 3L)
                .containsEntry("minNs", Json.NULL)
                .containsEntry("maxNs", Json.NULL)
                .containsEntry("histogram", List.of())
                .hasEntrySatisfying(
                        "lastLoss", words -> assertThat(words.toString()).contains("nobody listens there"));
        assertThat(result.err()).containsOnlyOnce("ping 1 is lost: ").doesNotContain("ping 2 is lost");
    }

    @Test
    void aServerThatDoesNotAnswerIsLostInTime() throws Exception {
        try (Python server = Python.start()) {
            // given a server that accepts nobody: the kernel takes what is sent
            String address = "tcp:127.0.0.1:" + listen(server);

            // when
            Result echo = ping("--echo -c 2 -i 0 -t 50ms " + address);

            // then
            assertThat(echo.endedWith(75).out())
                    .startsWith("1: lost: " + address + ": the time ran out\n2: lost: ")
                    .contains(", echo of 32 B: 2 sent, 0 answered, 2 lost");
        }
    }

    @Test
    void aFullBacklogIsLostInTime() throws Exception {
        try (Python server = Python.start()) {
            // given
            in(server, "a = socket.socket(socket.AF_UNIX); a.bind('" + folder.resolve("s") + "'); a.listen(0)");

            // when the first one fills it
            Result result = ping("-c 2 -i 0 -t 50ms unix:s");

            // then
            assertThat(result.endedWith(0).out())
                    .contains("\n2: lost: unix:s: the time ran out\n", "2 sent, 1 answered, 1 lost");
        }
    }

    @Test
    void aServerThatResetsOrEndsIsLostAndTheNextPingConnectsAnew() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            tellAccepted(
                    server,
                    "d.recv(32)\\nd.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", 1, 0))\\nd.close()\\n"
                            + "d, _ = s.accept()\\nd.recv(32)\\nd.close()\\n"
                            + "d, _ = s.accept()\\nwhile (b := d.recv(32)): d.sendall(b)");

            // when
            Result result = ping("--echo -c 4 -i 0 " + address);

            // then
            List<String> lines = result.succeeded().out().lines().toList();
            String broken = ": the far side has broken the connection";
            assertThat(lines.getFirst()).startsWith("1: lost: " + address + broken);
            assertThat(lines.get(1)).isEqualTo("2: lost: " + address + broken);
            assertThat(lines.get(2)).matches("3: " + TIME);
            assertThat(lines.get(4)).endsWith("4 sent, 2 answered, 2 lost");
        }
    }

    @Test
    void aServerThatIsKilledIsToldAndWhatWasAnsweredStays() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            tellAccepted(server, "while (b := d.recv(32)): d.sendall(b)");
            try (Program ping = naru("ping", "--echo", "-c", "0", "-i", "1ms", address)
                    .interruptible()
                    .start()) {
                var _ = ping.await("it was answered", () -> ping.out().contains("\n3: "));

                // when
                server.kill();
                var _ = ping.await("it is told", () -> ping.out().contains(": lost: " + address + ": nobody listens"));
                Result result = ping.signal("INT").end();

                // then
                assertThat(result.endedWith(130).out())
                        .containsPattern(", echo of 32 B: \\d+ sent, \\d+ answered, \\d+ lost\nmin ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalEndsItWithTheSummary(String signal, int status) throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            try (Program ping =
                    naru("ping", "-c", "0", "-i", "1h", address).interruptible().start()) {
                var _ = ping.await("the first was answered", () -> ping.out().endsWith("s\n"));

                // when
                Result result = ping.signal(signal).end();

                // then
                assertThat(result.endedWith(status).out())
                        .contains(address + ", connect: 1 sent, 1 answered, 0 lost\nmin ");
                assertThat(result.err()).isEmpty();
            }
        }
    }

    @Test
    void aStoppedServerIsLostAndAnswersWhenItGoesOn() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            tellAccepted(
                    server,
                    "\\nwhile True:\\n  while (b := d.recv(32)): d.sendall(b)\\n  d.close()\\n  d, _ = s.accept()");
            try (Program ping = naru("ping", "--echo", "-c", "0", "-i", "1ms", "-t", "300ms", address)
                    .interruptible()
                    .start()) {
                var _ = ping.await("it was answered", () -> ping.out().contains("\n3: "));

                // when
                Foreign.signal("STOP", server.pid());
                var _ = ping.await("it is lost", () -> ping.out().contains("the time ran out\n"));
                Foreign.signal("CONT", server.pid());

                // then
                var _ = ping.await(
                        "it is answered again",
                        () -> ping.out()
                                .substring(ping.out().lastIndexOf("lost: "))
                                .matches("(?s)[^\n]*\n\\d+: " + TIME + "\n.*"));
            }
        }
    }

    @Test
    void whatIsNoEchoIsNoAnswer() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);
            tellAccepted(server, "d.recv(32); d.sendall(b\"HTTP/1.1 400 Bad Request, and so on.\")");

            // when
            Result result = ping("--echo -c 1 " + address);

            // then
            assertThat(result.endedWith(65).err()).contains("code: not-verified");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ring:/orders",
                "fifo:orders",
                "topic:orders",
                "127.0.0.1:7000",
                "carrier:x",
                "tcp:127.0.0.1",
                "",
                "-c 3",
                "-c -1 unix:s",
                "-t 0 unix:s",
                "-s 10 unix:s",
                "-e -s 0 unix:s",
                "-e -s 65537 unix:s",
                "--flood -i 1s unix:s",
                "unix:s unix:t"
            })
    void whatCannotBePingedIsRefused(String line) throws Exception {
        // when
        Result result = ping(line);

        // then
        assertThat(result.endedWith(64).out()).isEmpty();
        if (line.matches("(ring|fifo|topic|127).*")) {
            assertThat(result.err()).contains("what can be pinged is a server at unix:PATH, unix:@NAME, tcp:HOST:PORT");
        }
    }

    @Test
    void aHostThatIsNotKnownIsToldAtOnce() throws Exception {
        // when
        Result result = ping("tcp:no-such-host.invalid:7000");

        // then
        assertThat(result.failed(65, "unknown-host").err()).contains("no-such-host.invalid");
    }

    @Test
    void whenTheReaderOfItsOutputGoesItEnds() throws Exception {
        try (Python server = Python.start()) {
            // given
            String address = "tcp:127.0.0.1:" + listen(server);

            // when
            Result result = shell("naru ping -c 0 -i 1ms " + address + " | head -1; exit ${PIPESTATUS[0]}")
                    .in(folder)
                    .run();

            // then
            assertThat(result.endedWith(141).out()).matches("1: " + TIME + "\n");
        }
    }
}
