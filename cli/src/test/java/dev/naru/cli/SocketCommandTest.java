package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru socket} and {@code naru relay}, with nc, socat, python3 and naru itself as the far side. */
@ExtendWith(NoLeaks.class)
class SocketCommandTest {
    @TempDir
    private Path folder;

    /** Waits until it says where it listens: that. */
    private static String listening(Program server) throws Exception {
        server.await("listening", () -> server.err().contains("listens at"));
        return server.err().lines().findFirst().orElseThrow().replaceFirst(".* at ", "");
    }

    private Program start(String... arguments) throws Exception {
        return naru(arguments).in(folder).interruptible().start();
    }

    private Result shelled(String line) throws Exception {
        return shell(line).in(folder).run();
    }

    private static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"unix:s", "unix:@naru-socket-test", "tcp:127.0.0.1:0", "tcp:[::1]:0", "unix:s?type=seqpacket"})
    void oneSideSendsAndTheOtherPrints(String place) throws Exception {
        try (Program server = start("socket", "listen", place)) {
            // when
            Result client = shelled("printf 'one\\n\\ntwo\\n' | naru socket connect '" + listening(server) + "'")
                    .succeeded();

            // then
            assertThat(client.out()).isEmpty();
            assertThat(server.end().endedWith(0).out()).isEqualTo("one\n\ntwo\n");
        }
        assertThat(folder.resolve("s")).doesNotExist();
    }

    @Test
    void whoConnectedIsSaid() throws Exception {
        try (Program server = start("socket", "listen", "unix:s")) {
            String _ = listening(server);
            Result _ = shelled("naru socket connect unix:s < /dev/null").succeeded();
            assertThat(server.end().endedWith(0).err()).containsPattern("connected: pid [0-9]+, uid 0, gid 0");
        }
    }

    @Test
    void datagramsArePrintedUntilASignalAndTheFileGoes() throws Exception {
        try (Program server = start("socket", "listen", "unix:s?type=dgram")) {
            String place = listening(server);
            Result _ = shelled("printf 'one\\ntwo\\n' | naru socket connect '" + place + "'")
                    .succeeded();
            Result _ = shelled("printf three | socat - UNIX-SENDTO:s").succeeded();
            server.await("three", () -> server.out().equals("one\ntwo\nthree\n"));

            // when
            Result ended = server.signal("INT").end();

            // then
            assertThat(ended.status()).isEqualTo(130);
            assertThat(folder.resolve("s")).doesNotExist();
        }
    }

    @Test
    void ncAndSocatTalkWithBothEnds() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "tcp:127.0.0.1:0")) {
            String port = port(listening(server));
            assertThat(shelled("echo hello | nc -N 127.0.0.1 " + port)
                            .succeeded()
                            .out())
                    .isEqualTo("hello\n");
            assertThat(shelled("echo hello | socat -t60 - TCP:127.0.0.1:" + port)
                            .succeeded()
                            .out())
                    .isEqualTo("hello\n");
        }
        try (Program server = shell("exec nc -l -U s < /dev/null").in(folder).start()) {
            server.await("nc", () -> Files.exists(folder.resolve("s")));
            Result _ = shelled("until echo hello | naru socket connect unix:s 2>/dev/null; do :; done")
                    .succeeded();
            assertThat(server.end().out()).isEqualTo("hello\n");
        }
    }

    @Test
    void framesGoThereAndBack() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "--frames", "tcp:127.0.0.1:0")) {
            String client = "import socket; s = socket.create_connection(('127.0.0.1', " + port(listening(server))
                    + ")); s.sendall(b'\\0\\0\\0\\2hi\\0\\0\\0\\0'); print(s.recv(10, socket.MSG_WAITALL));"
                    + " s.sendall(b'\\x7f\\0\\0\\0'); print(s.recv(10))";
            assertThat(shelled("python3 -c \"" + client + "\"").succeeded().out())
                    .isEqualTo("b'\\x00\\x00\\x00\\x02hi\\x00\\x00\\x00\\x00'\nb''\n");
            server.await("refused", () -> server.err().contains("2130706432 bytes"));
        }
    }

    /** Those who have gone before they were accepted are nobody's end but their own. */
    @Test
    void clientsThatResetAtOnceEndNoServer() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "tcp:127.0.0.1:0")) {
            String port = port(listening(server));
            String clients =
                    "import socket, struct\nfor _ in range(200):\n s = socket.create_connection(('127.0.0.1', " + port
                            + "))\n s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\n s.close()\n";
            Result _ = shelled("python3 -c \"" + clients + "\"").succeeded();
            assertThat(shelled("echo still | nc -N 127.0.0.1 " + port)
                            .succeeded()
                            .out())
                    .isEqualTo("still\n");
        }
    }

    /** TCP would drop what waits to be sent, were it closed while the far side's greeting is unread. */
    @Test
    void oneWayLosesNothingThoughTheFarSideGreets() throws Exception {
        String server =
                "import socket; l = socket.create_server(('127.0.0.1', 0)); print(l.getsockname()[1], flush=True);"
                        + " c = l.accept()[0]; c.sendall(b'220 hello'); l.close(); input(); n = 0\n"
                        + "while (b := c.recv(65536)): n += len(b)\nprint(n)";
        Result result = shelled(
                "mkfifo go; exec 3<>go; python3 -c \"" + server + "\" <&3 >said & until [ -s said ]; do :; done;"
                        + " head -c 1500000 /dev/zero | naru socket connect -u tcp:127.0.0.1:$(head -1 said) & "
                        + " echo >&3; wait; tail -1 said");
        assertThat(result.out()).isEqualTo("1500000\n");
    }

    @Test
    void aSocketThatItWasStartedWithGoesBothWays() throws Exception {
        String parent = "import socket, subprocess, sys; a, b = socket.socketpair();"
                + " p = subprocess.Popen(sys.argv[1:] + ['relay', '-', 'fd:%d' % b.fileno()], pass_fds=[b.fileno()],"
                + " stdin=subprocess.PIPE); b.close(); p.stdin.write(b'there'); p.stdin.close();"
                + " print(a.recv(9), a.recv(9), flush=True); a.sendall(b'back'); a.close(); p.wait()";
        assertThat(shelled("python3 -c \"" + parent + "\" " + naru().inWords())
                        .succeeded()
                        .out())
                .isEqualTo("b'there' b''\nback");
    }

    @Test
    void aSignalEndsAServerSilentlyAfterItHasServed() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "unix:s")) {
            String _ = listening(server);
            assertThat(shelled("echo x | nc -N -U s").succeeded().out()).isEqualTo("x\n");
            Result ended = server.signal("INT").end();
            assertThat(ended.status()).isEqualTo(130);
            assertThat(ended.err().lines()).hasSize(2);
        }
    }

    @Test
    void nobodyIsThere() throws Exception {
        assertThat(naru("socket", "connect", "unix:none")
                        .in(folder)
                        .run()
                        .failed(65, "not-found")
                        .err())
                .contains("unix:none");
        assertThat(naru("socket", "connect", "tcp:127.0.0.1:1")
                        .run()
                        .failed(69, "nobody-listens")
                        .err())
                .contains("tcp:127.0.0.1:1");
        assertThat(naru("socket", "connect", "tcp:no.such.host.invalid:1")
                        .run()
                        .failed(65, "unknown-host")
                        .err())
                .contains("no.such.host.invalid");
        assertThat(naru("socket", "connect", "ring:/x")
                        .run()
                        .failed(64, "usage")
                        .err())
                .contains("is no socket");
    }

    @Test
    void aLivingServersPlaceIsNotTaken() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "unix:s")) {
            String _ = listening(server);
            assertThat(naru("socket", "listen", "unix:s")
                            .in(folder)
                            .run()
                            .failed(69, "address-in-use")
                            .err())
                    .contains("unix:s");
            assertThat(shelled("echo still | naru socket connect unix:s")
                            .succeeded()
                            .out())
                    .isEqualTo("still\n");
        }
    }

    @Test
    void manyAreRelayedFromTcpToUnix() throws Exception {
        try (Program server = start("socket", "listen", "--echo", "unix:s");
                Program relay = start("relay", "--listen", "tcp:127.0.0.1:0", "unix:s")) {
            String _ = listening(server);
            String port = port(listening(relay));
            String clients = "import socket; all = [socket.create_connection(('127.0.0.1', " + port
                    + ")) for _ in range(50)]; [c.sendall(bytes([i])) for i, c in enumerate(all)];"
                    + " print([c.recv(1)[0] for c in all] == list(range(50)))";
            assertThat(shelled("python3 -c \"" + clients + "\"").succeeded().out())
                    .isEqualTo("True\n");
        }
    }

    @Test
    void aFileGoesThroughEveryWayOfTheRelayUnchanged() throws Exception {
        Result result = shelled("""
                head -c 3000000 /dev/urandom > file
                mkfifo f
                naru relay - fifo:f < file & naru relay fifo:f - | cmp - file; wait
                naru relay - - < file | cmp - file
                naru relay fd:3 - 3< file | cmp - file
                """).succeeded();
        assertThat(result.out()).isEmpty();
        try (Program server = start("socket", "listen", "--echo", "unix:s")) {
            String _ = listening(server);
            assertThat(shelled("naru relay - unix:s < file | cmp - file")
                            .succeeded()
                            .out())
                    .isEmpty();
        }
    }

    @Test
    void messagesGoBetweenRingsTopicsAndStreams() throws Exception {
        Result result = shelled("""
                export NARU_STORE=data
                naru topic create there && naru ring create run
                printf 'one\\n\\ntwo\\n' | naru relay - topic:there
                naru topic consume -e there
                naru relay -e topic:there ring:run
                naru relay -e --from -1 --frames topic:there - | od -An -tx1
                naru ring receive -n 3 run
                """.replace("ring create run", "ring create ./run")
                        .replace("ring:run", "ring:./run")
                        .replace("receive -n 3 run", "receive -n 3 ./run"))
                .succeeded();
        assertThat(result.out()).isEqualTo("one\n\ntwo\n 00 00 00 03 74 77 6f\none\n\ntwo\n");
    }

    @Test
    void whatCannotBeJoinedIsRefused() throws Exception {
        assertThat(naru("relay", "shm:/x", "-").run().failed(64, "bad-address").err())
                .contains("memory");
        assertThat(naru("relay", "-", "fifo:none")
                        .in(folder)
                        .run()
                        .failed(65, "no-fifo")
                        .err())
                .contains("none");
        assertThat(naru("relay", "fd:9", "-").run().failed(65, "bad-descriptor").err())
                .contains("fd:9");
        assertThat(naru("relay", "--listen", "ring:/x", "-")
                        .run()
                        .failed(64, "usage")
                        .err())
                .contains("no socket");
        assertThat(naru("relay", "--lines", "--frames", "-", "-")
                        .run()
                        .failed(64, "usage")
                        .err())
                .isNotEmpty();
        assertThat(shelled("printf 123456 | naru relay --lines --max-message 5 - -")
                        .failed(65, "frame-too-long")
                        .out())
                .isEmpty();
    }

    @Test
    void aReaderOfTheOutputThatGoesEndsItSilently() throws Exception {
        Result result = shelled("yes | naru relay - - | head -1; exit ${PIPESTATUS[1]}");
        assertThat(result.status()).isEqualTo(141);
        assertThat(result.out()).isEqualTo("y\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void aServerThatIsKilledIsSaidAndWhatItSentBeforeIsPrinted() throws Exception {
        String server = "import socket, os; l = socket.socket(socket.AF_UNIX); l.bind('s'); l.listen();"
                + " print('ready', flush=True); c = l.accept()[0]; c.sendall(b'last words'); c.recv(1); os.kill(os.getpid(), 9)";
        try (Program killed =
                shell("exec python3 -c \"" + server + "\"").in(folder).start()) {
            killed.await("ready", () -> killed.out().equals("ready\n"));

            // when
            Result result = shelled("yes | naru socket connect unix:s; exit ${PIPESTATUS[1]}");

            // then
            assertThat(result.status()).isEqualTo(69);
            assertThat(result.out()).isEqualTo("last words");
            assertThat(result.err()).containsPattern("code: (reader-gone|connection-reset)");
            assertThat(killed.end().status()).isEqualTo(128 + 9);
        }
    }

    @Test
    void whatWasRecordedHasItsMomentAndIsReplayedInItsOrder() throws Exception {
        // given a client that is not ours
        try (Program recorder = naru("record", "--listen", "--once", "tcp:127.0.0.1:0", "there")
                .in(prepared())
                .environment("NARU_STORE", "data")
                .start()) {
            String client = "import socket; s = socket.create_connection(('127.0.0.1', " + port(listening(recorder))
                    + ")); [s.sendall(b'%d\\n' % i) for i in range(3)]";
            Result _ = shelled("python3 -c \"" + client + "\"").succeeded();
            Result _ = recorder.end().endedWith(0);
        }

        // then
        Naru consume = naru("topic", "consume", "-e", "-f", "%s %h\\n", "there")
                .in(folder)
                .environment("NARU_STORE", "data");
        long[] noted = consume.run()
                .succeeded()
                .out()
                .lines()
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".*naru-nanos=", "")))
                .toArray();
        assertThat(noted).hasSize(3).isSorted();
        assertThat(shelled("NARU_STORE=data naru replay there -").succeeded().out())
                .isEqualTo("0\n1\n2\n");
        try (Program server = naru("replay", "--listen", "there", "unix:s")
                .in(folder)
                .environment("NARU_STORE", "data")
                .start()) {
            String _ = listening(server);
            assertThat(shelled("naru socket connect unix:s </dev/null")
                            .succeeded()
                            .out())
                    .isEqualTo("0\n1\n2\n");
        }
        assertThat(shelled("NARU_STORE=data naru replay --speed -1 there -")
                        .failed(64, "usage")
                        .err())
                .contains("0 or more");
    }

    private Path prepared() throws Exception {
        Result _ = naru("topic", "create", "there")
                .in(folder)
                .environment("NARU_STORE", "data")
                .run()
                .succeeded();
        return folder;
    }
}
