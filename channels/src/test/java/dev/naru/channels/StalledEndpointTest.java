package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a process was started with blocks, says that there is room, and has less than is written: a terminal that nobody reads,
 * a socket with a small buffer. A time, a close and an interrupt end the write all the same.
 */
@ExtendWith(NoLeaks.class)
class StalledEndpointTest {
    private static final int MUCH = 1_000_000;

    /** Writes what does not fit, and says how each call ended. */
    static final class StallMain {
        private StallMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            OutputChannel out = Endpoints.openWriter(Address.parse(arguments[0]));
            ThreadKind kind = ThreadKind.valueOf(arguments[1]);
            var timed = Task.start(kind, () -> out.write(ByteBuffer.allocateDirect(MUCH), Duration.ofMillis(5)));
            System.out.println("part " + (timed.result() > 0 && timed.result() < MUCH));
            var write = Task.start(kind, () -> out.write(ByteBuffer.allocateDirect(MUCH)))
                    .awaitPolling();
            if (arguments[2].equals("close")) {
                out.close();
            } else {
                write.interrupt();
            }
            boolean asItShould = arguments[2].equals("close")
                    ? write.failure() instanceof AsynchronousCloseException
                    : write.failure() instanceof ClosedByInterruptException;
            System.out.println(arguments[2] + " " + asItShould);
        }
    }

    /** Starts a program of ours with one end of that kind, never reads from it, and looks at its own copy in the end. */
    private static String stalled(String kind, List<String> java) throws Exception {
        String script = """
            use Socket; use Fcntl;
            $^F = 1000; # what is opened goes to the child
            my ($kind, @java) = @ARGV;
            if ($kind eq 'terminal') {
                open M, '+<', '/dev/ptmx' or die $!;
                my $n = pack 'i', 0;
                ioctl M, 0x40045431, $n or die $!; # TIOCSPTLCK
                ioctl M, 0x80045430, $n or die $!; # TIOCGPTN
                sysopen S, '/dev/pts/' . unpack('i', $n), O_RDWR | O_NOCTTY or die $!;
            } else {
                socketpair S, M, AF_UNIX, SOCK_STREAM, 0 or die $!;
                setsockopt S, SOL_SOCKET, SO_SNDBUF, 1 or die $!;
            }
            s/%d/fileno(S)/e for @java;
            my $pid = fork // die;
            if (!$pid) { close M; exec @java }
            waitpid $pid, 0;
            print "after ", fcntl(S, F_GETFL, 0) & O_NONBLOCK, "\\n";
            """;
        List<String> command = new ArrayList<>(List.of("perl", "-e", script, kind));
        command.addAll(java);
        return Foreign.output(command);
    }

    @ParameterizedTest
    @CsvSource({
        "terminal, PLATFORM, close",
        "terminal, VIRTUAL, interrupt",
        "socket, PLATFORM, interrupt",
        "socket, VIRTUAL, close"
    })
    void aWriteEndsByItsTimeAndByACloseOrAnInterrupt(String kind, String thread, String ending) throws Exception {
        // when
        String said = stalled(
                kind, JavaProgram.of(StallMain.class).needing(Fifo.class).command("fd:%d", thread, ending));

        // then
        assertThat(said).isEqualTo("part true\n" + ending + " true\nafter 0\n");
    }

    /** Says what comes from that address. */
    static final class MasterMain {
        private MasterMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (InputChannel in = Endpoints.openReader(Address.parse(arguments[0]))) {
                ByteBuffer room = ByteBuffer.allocate(10);
                int _ = in.read(room);
                System.out.println((char) room.get(0));
            }
        }
    }

    /** The name of a pty's master makes a new pty for each who opens it. */
    @Test
    void theMasterOfATerminalStaysTheOneThatWasGiven() throws Exception {
        // given
        String script = """
            $^F = 1000;
            open M, '+<', '/dev/ptmx' or die $!;
            my $n = pack 'i', 0;
            ioctl M, 0x40045431, $n or die $!;
            ioctl M, 0x80045430, $n or die $!;
            open S, '+<', '/dev/pts/' . unpack('i', $n) or die $!;
            syswrite S, 'x';
            exec map { s/%d/fileno(M)/er } @ARGV;
            """;
        List<String> command = new ArrayList<>(List.of("perl", "-e", script));
        command.addAll(JavaProgram.of(MasterMain.class).needing(Fifo.class).command("fd:%d"));

        // when, then
        assertThat(Foreign.output(command)).isEqualTo("x\n");
    }
}
