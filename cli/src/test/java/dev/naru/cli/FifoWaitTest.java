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
import dev.naru.linux.testing.ProcessState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that does not come, or stands still: how long the command waits, and what ends the wait. */
@ExtendWith(NoLeaks.class)
class FifoWaitTest {
    @TempDir
    private Path folder;

    private Path orders;
    private Path file;

    @BeforeEach
    void make() throws Exception {
        orders = folder.resolve("orders");
        file = Files.write(folder.resolve("file"), Payload.bytes(1, 4 << 20));
        var _ = Foreign.output("mkfifo", orders.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void anAbsentPeerIsWaitedForSoLongAndNoLonger(String command) throws Exception {
        // when
        Result result =
                naru("fifo", command, "--timeout", "50ms", orders.toString()).run();

        // then
        assertThat(result.failed(75, "timed-out").err()).startsWith("naru: fifo:" + orders + ": the time ran out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0ms"})
    void noTimeAtAllIsATimeToo(String time) throws Exception {
        // when
        Result result = naru("fifo", "read", "-t", time, orders.toString()).run();

        // then
        var _ = result.failed(75, "timed-out");
    }

    @Test
    void aWriterThatIsStoppedRunsOutOfTime() throws Exception {
        // when
        Result result = shell("perl -e 'open my $o, q(>), q(orders); syswrite $o, q(xxxxx); kill STOP => $$' &"
                        + " naru fifo read --timeout 1s orders; status=$?; kill -KILL $!; exit $status")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(75).out()).isEqualTo("xxxxx");
        assertThat(result.err()).contains("code: timed-out");
    }

    @Test
    void aReaderThatIsStoppedRunsOutOfTime() throws Exception {
        try (Peer reader = Peer.start()) {
            // given
            var _ = reader.tell("try-open-read " + orders);
            Foreign.signal("STOP", reader.pid());
            ProcessState.awaitState(reader.pid(), 'T');

            // when
            Result result = naru("fifo", "write", "--timeout", "50ms", orders.toString())
                    .input(file)
                    .run();

            // then
            var _ = result.failed(75, "timed-out");
        }
    }

    @Test
    void aTerminalAtWhichNobodyTypesRunsOutOfTime() throws Exception {
        try (Peer reader = Peer.start();
                Peer typist = Peer.start()) {
            // given
            Path keys = folder.resolve("keys");
            var _ = Foreign.output("mkfifo", keys.toString());
            var _ = typist.tell("try-open-read " + keys).tell("open-write " + keys);
            var _ = reader.tell("try-open-read " + orders);

            // when
            Result result = shell(
                            "script -qec \"$(declare -f naru); naru fifo write -t 200ms orders\" /dev/null < keys")
                    .in(folder)
                    .run();

            // then
            assertThat(result.endedWith(75).out())
                    .contains("code: timed-out"); // the terminal is its standard error too
        }
    }

    /** Runs naru with one end of a pair of sockets in place of a standard stream; nobody does anything at the other end. */
    private Program withIdleSocket(String stream, String... arguments) throws Exception {
        return naru(arguments)
                .under(
                        "perl",
                        "-MSocket",
                        "-e",
                        "$^F = 9; socketpair my $far, my $near, AF_UNIX, SOCK_STREAM, 0 or die;"
                                + " open STDIN, '<&', $near if $ARGV[0] eq 'in'; open STDOUT, '>&', $near if $ARGV[0] eq 'out';"
                                + " close $near; shift; exec @ARGV",
                        stream)
                .start();
    }

    @Test
    void aSocketFromWhichNothingComesRunsOutOfTime() throws Exception {
        try (Peer reader = Peer.start()) {
            // given
            var _ = reader.tell("try-open-read " + orders);

            // when
            try (Program writer = withIdleSocket("in", "fifo", "write", "-t", "100ms", orders.toString())) {

                // then
                var _ = writer.end().failed(75, "timed-out");
            }
        }
    }

    @Test
    void aSocketIntoWhichNothingMoreGoesRunsOutOfTime() throws Exception {
        try (Peer holder = Peer.start();
                Peer writer = Peer.start()) {
            // given
            var _ = holder.tell("try-open-read " + orders);
            var _ = writer.tell("open-write " + orders).send("write " + (4 << 20) + " 1");

            // when
            try (Program reader = withIdleSocket("out", "fifo", "read", "-t", "1s", orders.toString())) {

                // then
                var _ = reader.end().failed(75, "timed-out");
            }
        }
    }

    @Test
    void aPeerThatComesInTimeIsServed() throws Exception {
        try (Peer writer = Peer.start();
                Program reader = naru("fifo", "read", "--timeout", "1h", orders.toString())
                        .start()) {
            // given
            var _ = reader.awaitOpening();

            // when
            assertThat(writer.tell("open-write " + orders).ask("write-records x 1 5"))
                    .isEqualTo("wrote 1");
            writer.kill();

            // then
            assertThat(reader.end().succeeded().out()).isEqualTo("xxxxx");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void anInterruptEndsTheWaitForAPeer(String command) throws Exception {
        try (Program waiting =
                naru("fifo", command, orders.toString()).interruptible().start()) {
            // given
            var _ = waiting.awaitOpening();

            // when
            Result result = waiting.signal("INT").end();

            // then
            assertThat(result.endedWith(130)).isEqualTo(new Result(130, "", ""));
        }
    }

    @Test
    void anInterruptEndsTheWaitForBytes() throws Exception {
        try (Peer writer = Peer.start();
                Program reader =
                        naru("fifo", "read", orders.toString()).interruptible().start()) {
            // given
            assertThat(writer.tell("open-write " + orders).ask("write-records x 1 5"))
                    .isEqualTo("wrote 1");
            var _ = reader.await("all has arrived", () -> reader.out().equals("xxxxx"))
                    .awaitPolling();

            // when
            Result result = reader.signal("INT").end();

            // then
            assertThat(result.endedWith(130)).isEqualTo(new Result(130, "xxxxx", ""));
        }
    }

    @Test
    void anInterruptEndsTheWaitForRoom() throws Exception {
        try (Peer reader = Peer.start();
                Program writer = naru("fifo", "write", orders.toString())
                        .interruptible()
                        .input(file)
                        .start()) {
            // given
            var _ = reader.tell("open-read " + orders);
            var _ = writer.awaitPolling();

            // when
            Result result = writer.signal("INT").end();

            // then
            assertThat(result.endedWith(130)).isEqualTo(new Result(130, "", ""));
            assertThat(reader.ask("read-to-end")).startsWith("end ");
        }
    }
}
