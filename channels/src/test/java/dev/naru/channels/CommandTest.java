package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.ChildProcess;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class CommandTest {
    @TempDir
    private Path folder;

    private AnonymousPipe out;

    @BeforeEach
    void create() throws Exception {
        out = AnonymousPipe.create();
    }

    @AfterEach
    void close() throws Exception {
        out.close();
    }

    private String said() throws Exception {
        return new String(Channels.newInputStream(out.reader()).readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void argumentsArriveAsTheyAre() throws Exception {
        // when
        ChildProcess child = Command.of("printf", "[%s]", "", "a b", "$HOME", "나루", "'\"\n")
                .stdout(out.writer())
                .start();

        // then
        assertThat(said()).isEqualTo("[][a b][$HOME][나루]['\"\n]");
        assertThat(child.waitFor().isSuccess()).isTrue();
    }

    @Test
    void theChildHasOurEnvironmentAndWhatIsSetForIt() throws Exception {
        // when
        ChildProcess child = Command.of("sh", "-c", "echo $PATH; echo $NARU_TEST")
                .environment("NARU_TEST", "나루 = ferry")
                .stdout(out.writer())
                .start();

        // then
        assertThat(said()).isEqualTo(System.getenv("PATH") + "\n나루 = ferry\n");
        assertThat(child.waitFor().isSuccess()).isTrue();
    }

    @Test
    void theChildStartsInTheDirectoryThatIsNamed() throws Exception {
        // when
        ChildProcess child =
                Command.of("/bin/pwd").directory(folder).stdout(out.writer()).start();

        // then
        assertThat(said()).isEqualTo(folder.toRealPath() + "\n");
        assertThat(child.waitFor().isSuccess()).isTrue();
    }

    @Test
    void aDescriptorThatTheChildGetsStaysOurs() throws Exception {
        // given
        Path file = Files.writeString(folder.resolve("file"), "from a file");
        try (Descriptor descriptor = Descriptor.open(file, Descriptor.Access.READ)) {
            // when
            ChildProcess child = Command.of("sh", "-c", "cat <&7")
                    .descriptor(7, descriptor)
                    .stdout(out.writer())
                    .start();

            // then
            assertThat(said()).isEqualTo("from a file");
            assertThat(child.waitFor().isSuccess()).isTrue();
            assertThat(descriptor.isOpen()).isTrue();
            assertThat(descriptor.status().size()).isEqualTo(11);
        }
    }

    @Test
    void anEndWhoseStartFailsIsStillOursAndDoesNotBlock() throws Exception {
        // given
        Command command = Command.of("/no/such/program").stdin(out.reader());

        // when
        var refused = catchThrowableOfType(ErrnoException.class, command::start);

        // then
        assertThat(refused.problem()).isEqualTo(Problem.NO_COMMAND);
        assertThat(out.reader().tryRead(ByteBuffer.allocate(1))).isZero();
        int _ = out.writer().write(ByteBuffer.wrap("afterwards".getBytes(StandardCharsets.US_ASCII)));
        out.writer().close();
        assertThat(said()).isEqualTo("afterwards");
    }

    @Test
    void anEndWhoseStartFailsCanBeGivenToAnotherChild() throws Exception {
        // given
        assertThatThrownBy(Command.of("/no/such/program").stdout(out.writer())::start)
                .isInstanceOf(ErrnoException.class);

        // when
        ChildProcess child = Command.of("echo", "second").stdout(out.writer()).start();

        // then
        assertThat(said()).isEqualTo("second\n");
        assertThat(child.waitFor().isSuccess()).isTrue();
    }

    @Test
    void whenOneEndIsClosedAlreadyTheOthersStayAsTheyWere() throws Exception {
        // given
        try (AnonymousPipe in = AnonymousPipe.create();
                AnonymousPipe error = AnonymousPipe.create()) {
            error.writer().close();
            Command command =
                    Command.of("cat").stdin(in.reader()).stdout(out.writer()).stderr(error.writer());

            // when, then
            assertThatThrownBy(command::start).isInstanceOf(ClosedChannelException.class);
            assertThat(in.reader().isOpen()).isTrue();
            assertThat(out.writer().isOpen()).isTrue();
            assertThat(in.reader().tryRead(ByteBuffer.allocate(1))).isZero();
            assertThat(in.reader().descriptor().isNonBlocking()).isTrue();
            assertThat(out.writer().descriptor().isNonBlocking()).isTrue();
        }
    }

    @Test
    void aNulInAnArgumentIsRefused() {
        assertThatThrownBy(Command.of("echo", "a\0b")::start).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNulInTheEnvironmentIsRefused() {
        assertThatThrownBy(Command.of("true").environment("NAME", "a\0b")::start)
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNegativeNumberIsRefusedAndTheEndStaysOurs() throws Exception {
        // given
        Command command = Command.of("true").descriptor(-1, out.reader());

        // when, then
        assertThatThrownBy(command::start).isInstanceOf(IllegalArgumentException.class);
        assertThat(out.reader().tryRead(ByteBuffer.allocate(1))).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE - 1, Integer.MAX_VALUE})
    void aNumberBeyondTheLimitIsRefusedAndTheEndStaysOurs(int number) throws Exception {
        // given
        Command command = Command.of("true").stdout(out.writer()).descriptor(number, out.reader());

        // when
        var refused = catchThrowableOfType(ErrnoException.class, command::start);

        // then
        assertThat(refused.problem()).isEqualTo(Problem.DESCRIPTOR_TOO_HIGH);
        assertThat(refused.limit()).startsWith("RLIMIT_NOFILE=");
        assertThat(refused.value()).isEqualTo("descriptor " + number);
        assertThat(refused)
                .hasMessageContaining("cannot get descriptor " + number)
                .hasMessageContaining(refused.limit());
        assertThat(out.reader().tryRead(ByteBuffer.allocate(1))).isZero();
    }

    @Test
    void standardStreamsThatAreNotChosenAreInherited() throws Exception {
        // when
        ChildProcess child =
                Command.of("readlink", "/proc/self/fd/0").stdout(out.writer()).start();

        // then
        assertThat(said().strip())
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString());
        assertThat(child.waitFor().isSuccess()).isTrue();
    }

    @Test
    void theOwnEnvironmentOfThisProcessIsLeftAlone() throws Exception {
        // given
        Map<String, String> before = Map.copyOf(System.getenv());

        // when
        ChildProcess child = Command.of("true").environment("NARU_TEST", "1").start();

        // then
        assertThat(child.waitFor().isSuccess()).isTrue();
        assertThat(System.getenv()).isEqualTo(before);
    }

    @Test
    void aNumberIsGivenOnce() throws Exception {
        try (AnonymousPipe second = AnonymousPipe.create();
                Descriptor file = Descriptor.open(folder.resolve("file"), Descriptor.Access.WRITE)) {
            // given
            Command command = Command.of("echo", "out").stdout(out.writer()).descriptor(5, second.reader());

            // when, then
            assertThatThrownBy(() -> command.stdout(second.writer()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("descriptor 1");
            assertThatThrownBy(() -> command.descriptor(5, file)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> command.descriptor(5, out.reader())).isInstanceOf(IllegalArgumentException.class);
            ChildProcess child = command.start();
            assertThat(child.waitFor().isSuccess()).isTrue();
            assertThat(said()).isEqualTo("out\n");
            assertThat(second.writer().isOpen()).as("what was not given").isTrue();
        }
    }

    @Test
    void oneEndMayStandAtTwoNumbers() throws Exception {
        // when
        ChildProcess child = Command.of("sh", "-c", "echo out; echo err >&2")
                .stdout(out.writer())
                .stderr(out.writer())
                .start();

        // then
        assertThat(child.waitFor().isSuccess()).isTrue();
        assertThat(said()).isEqualTo("out\nerr\n");
    }

    @Test
    void anEndThatAnotherThreadUsesIsNotGivenAway() throws Exception {
        // given
        var reading = Task.start(ThreadKind.PLATFORM, () -> out.reader().read(ByteBuffer.allocate(10)))
                .awaitPolling();

        // when, then
        assertThatThrownBy(() -> Command.of("cat").stdin(out.reader()).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread uses it");
        assertThat(out.writer().write(ByteBuffer.allocate(3))).isEqualTo(3);
        assertThat(reading.result()).isEqualTo(3);
    }

    /** Starts a child with a variable of its own, and says what both are there, in hexadecimal. */
    static final class EnvironmentMain {
        private EnvironmentMain() {}

        public static void main(String[] arguments) throws Exception {
            String script = "print join ' ', map { unpack 'H*', $ENV{$_} } qw(X Y Z)";
            ChildProcess child = Command.of("perl", "-e", script)
                    .environment("Y", "new")
                    .environment("Z", "z")
                    .start();
            var _ = child.waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void variablesThatAreNotSetArriveByteForByte(String locale) throws Exception {
        // given
        String program = String.join(
                "' '",
                JavaProgram.of(EnvironmentMain.class).needing(Command.class).command());

        // when
        String said = Foreign.shell(
                "X=$(printf 'a\\377b\\303\\251') Y=$(printf '\\377') LC_ALL=" + locale + " '" + program + "'");

        // then
        assertThat(said).isEqualTo("61ff62c3a9 6e6577 7a");
    }
}
