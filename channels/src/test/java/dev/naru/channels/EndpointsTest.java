package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process of ours in a shell's pipeline: what it was started with, by {@code -} and {@code fd:N}. */
@ExtendWith(NoLeaks.class)
class EndpointsTest {
    private static final int SIZE = 1_000_003;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, SIZE));
    }

    /** Copies from one address to another, and says on standard error what refused it. */
    static final class CopyMain {
        private CopyMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (InputChannel in = Endpoints.openReader(Address.parse(arguments[0]));
                    OutputChannel out = Endpoints.openWriter(Address.parse(arguments[1]))) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(100_000);
                while (in.read(buffer.clear()) >= 0) {
                    int _ = out.write(buffer.flip());
                }
            } catch (ErrnoException refused) {
                System.err.println(refused.problem() + " " + refused.target());
            }
        }
    }

    /** A line of the shell in which {@code $JAVA} is {@link CopyMain}, {@code $1} the file and {@code $2} the folder. */
    private String shell(String line) throws Exception {
        String java = "java() { exec \"$JVM\" --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -cp \"$CP\""
                + " \"$MAIN\" \"$@\"; };";
        List<String> command =
                JavaProgram.of(CopyMain.class).needing(Fifo.class).command();
        List<String> all = new ArrayList<>(List.of(
                "env",
                "JVM=" + command.getFirst(),
                "CP=" + command.get(command.size() - 2),
                "MAIN=" + command.getLast(),
                "sh",
                "-c",
                java + line,
                "sh",
                file.toString(),
                folder.toString()));
        return Foreign.output(all).strip();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat \"$1\" | (java - -) | sha256sum",
                "(java - -) < \"$1\" | sha256sum",
                "cat \"$1\" | (java fd:3 fd:4) 3<&0 4>&1 | sha256sum",
                "(java fd:3 fd:4) 3<\"$1\" 4>\"$2/out\"; sha256sum < \"$2/out\"",
                "cat \"$1\" | (java - -) > \"$2/out\"; sha256sum < \"$2/out\"",
                "(java fd:9 -) 9<\"$1\" | cat | sha256sum",
                "mkfifo \"$2/f\"; cat \"$1\" > \"$2/f\" & (java \"fifo:$2/f\" -) | sha256sum",
                "mkfifo \"$2/f\"; (java - \"fifo:$2/f\") < \"$1\" & sha256sum < \"$2/f\"",
                "cat \"$1\" | (java - -) | (java - -) | sha256sum"
            })
    void itCopiesWhatItWasStartedWith(String line) throws Exception {
        assertThat(shell(line)).isEqualTo(Payload.sha256(1, SIZE) + "  -");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(java fd:3 -) 3>\"$2/out\"|WRONG_DIRECTION fd:3",
                "(java - fd:3) 3<\"$1\"|WRONG_DIRECTION fd:3",
                "(java - -) > \"$2/out\" 0>&1|WRONG_DIRECTION standard input",
                "(java - -) 3< \"$1\" 1<&3|WRONG_DIRECTION standard output",
                "(java fd:77 -)|BAD_DESCRIPTOR fd:77",
                "(java - fd:77)|BAD_DESCRIPTOR fd:77",
                "(java fifo:/no/such/fifo -)|NO_DIRECTORY fifo:/no/such/fifo",
                "(java fifo:/etc/passwd -)|NOT_A_FIFO fifo:/etc/passwd"
            })
    void whatCannotBeOpenedIsTold(String line, String expected) throws Exception {
        assertThat(shell(line)).isEqualTo(expected);
    }

    /**
     * The description of a standard stream is shared with those who started us: {@code cat} after us would die of EAGAIN. A
     * foreign parent looks at its own descriptors when our process is gone, and while it still runs.
     */
    @ParameterizedTest
    @ValueSource(strings = {"pipe", "socket"})
    void theFlagsThatOthersShareAreLeftAlone(String kind) throws Exception {
        // given perl, which starts us with both ends and looks at its own copies
        String script = """
            use Socket; use Fcntl;
            my ($kind, @java) = @ARGV;
            if ($kind eq 'pipe') { pipe(CI, PO); pipe(PI, CO) }
            else { socketpair(CI, PO, AF_UNIX, SOCK_STREAM, 0); socketpair(PI, CO, AF_UNIX, SOCK_STREAM, 0) }
            my $pid = fork // die;
            if (!$pid) { open STDIN, '<&', *CI; open STDOUT, '>&', *CO; close PO; close PI; exec @java }
            sub flags { my $all = 0; $all |= fcntl($_, F_GETFL, 0) for *CI, *CO, *PO, *PI; $all & O_NONBLOCK }
            syswrite PO, 'hello';
            sysread PI, my $said, 100;
            print "$said ", flags(), "\\n";
            if ($kind eq 'pipe') { close PO } else { shutdown PO, 1 }
            waitpid $pid, 0;
            print "after ", flags(), "\\n";
            """;
        List<String> command = new ArrayList<>(List.of("perl", "-e", script, kind));
        command.addAll(JavaProgram.of(CopyMain.class).needing(Fifo.class).command("-", "-"));

        // when
        String said = Foreign.output(command);

        // then
        assertThat(said).isEqualTo("hello 0\nafter 0\n");
    }

    /** Writes, closes, and goes on living until it is told. */
    static final class CloseMain {
        private CloseMain() {}

        @SuppressWarnings("SystemOut") // standard output must still work
        public static void main(String[] arguments) throws Exception {
            try (OutputChannel out = Endpoints.openWriter(Address.parse(arguments[0]))) {
                int _ = out.write(ByteBuffer.wrap(Payload.bytes(2, 10)));
            }
            int _ = System.in.read();
            System.out.println("still here");
        }
    }

    @Test
    void closingAnEndThatWeWereStartedWithIsSeenOnTheFarSide() throws Exception {
        // given
        try (AnonymousPipe data = AnonymousPipe.create();
                AnonymousPipe in = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            var child = Command.of(
                            JavaProgram.of(CloseMain.class).needing(Fifo.class).command("fd:3"))
                    .descriptor(3, data.writer())
                    .stdin(in.reader())
                    .stdout(out.writer())
                    .start();

            // when
            byte[] read = Buffers.read(data.reader(), 100);

            // then it has closed, and lives
            assertThat(read).isEqualTo(Payload.bytes(2, 10));
            assertThat(child.isAlive()).isTrue();
            in.writer().close();
            assertThat(Buffers.read(out.reader(), 100)).isEqualTo("still here\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(child.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void closingStandardOutputLeavesItOpenForTheJvm() throws Exception {
        // given
        try (AnonymousPipe in = AnonymousPipe.create();
                AnonymousPipe out = AnonymousPipe.create()) {
            var child = Command.of(
                            JavaProgram.of(CloseMain.class).needing(Fifo.class).command("-"))
                    .stdin(in.reader())
                    .stdout(out.writer())
                    .start();
            assertThat(Buffers.read(out.reader(), 10)).isEqualTo(Payload.bytes(2, 10));

            // when
            in.writer().close();

            // then
            assertThat(Buffers.read(out.reader(), 100)).isEqualTo("still here\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(child.waitFor().isSuccess()).isTrue();
        }
    }

    @Test
    void aFifoIsWaitedForUntilItsPeerComes() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        try (Peer peer = Peer.start()) {
            peer.send("open-write " + fifo.path());

            // when
            try (InputChannel reader = Endpoints.openReader(Address.parse("fifo:" + fifo.path()))) {
                // then
                peer.expectOk().ask("write 5 3");
                assertThat(Buffers.read(reader, 5)).isEqualTo(Payload.bytes(3, 5));
                assertThat(reader).hasToString("fifo:" + fifo.path());
            }
        }
    }

    @Test
    void anAnonymousPipeCannotBeOpenedByItsAddress() {
        assertThatThrownBy(() -> Endpoints.openReader(new Address.Pipe())).isInstanceOf(AddressException.class);
        assertThatThrownBy(() -> Endpoints.openWriter(new Address.Pipe())).isInstanceOf(AddressException.class);
    }

    /** Opens the same number twice, with something else at it the second time, and says what becomes of both. */
    static final class TwiceMain {
        private TwiceMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (InputChannel in = Endpoints.openReader(new Address.Fd(50))) {
                while (true) { // until a stranger has the number
                    Descriptor stranger = Descriptor.open(Path.of(arguments[0]), Descriptor.Access.READ_WRITE);
                    if (stranger.number() == 50) {
                        try {
                            Endpoints.openReader(new Address.Fd(50)).close();
                            System.out.println("opened");
                        } catch (ErrnoException refused) {
                            System.out.println(refused.problem() + " " + refused.target());
                        }
                        System.out.println(stranger.status().type() + " " + in.read(ByteBuffer.allocate(9)));
                        return;
                    }
                }
            }
        }
    }

    @Test
    void aNumberThatWasTakenIsNotTakenFromAStranger() throws Exception {
        // given
        String program = String.join(
                "' '", JavaProgram.of(TwiceMain.class).needing(Fifo.class).command());
        Path fifo = folder.resolve("stranger");

        // when
        String said =
                Foreign.shell("mkfifo '" + fifo + "'; perl -MPOSIX -e 'pipe(my $r, my $w); syswrite $w, \"hello\";"
                        + " POSIX::dup2(fileno $r, 50); exec @ARGV' '" + program + "' '" + fifo + "'");

        // then
        assertThat(said).isEqualTo("BAD_DESCRIPTOR fd:50\nFIFO 5\n");
    }

    /** Opens what it was given without a descriptor left. */
    static final class FullMain {
        private FullMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            System.out.println(Endpoints.openReader(new Address.Fd(4))); // loads what is needed
            try {
                while (true) {
                    Descriptor _ = Descriptor.open(Path.of("/dev/null"), Descriptor.Access.READ);
                }
            } catch (ErrnoException full) {
                System.out.println(full.problem());
            }
            try {
                System.out.println(Endpoints.openReader(new Address.Fd(3)));
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.errno());
            }
        }
    }

    @Test
    void aWantOfDescriptorsIsToldAndNotTakenForAPipeOfAnother() throws Exception {
        // given
        List<String> java = JavaProgram.of(FullMain.class)
                .needing(Fifo.class)
                .packedInto(folder)
                .command();

        // when
        String said =
                Foreign.shell(": | (: | prlimit --nofile=64:64 '" + String.join("' '", java) + "' 3<&0 4<&5) 5<&0");

        // then
        assertThat(said).startsWith("fd:4\nTOO_MANY_DESCRIPTORS\nTOO_MANY_DESCRIPTORS EMFILE");
    }
}
