package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that is no child of ours: the child of a shell, which waits for it or not. */
@ExtendWith(NoLeaks.class)
class PidFdTest {
    private Process shell;
    private long pid;
    private PidFd process;

    @BeforeEach
    void start() throws Exception {
        // It reaps its child only when it is told so by a line.
        shell = new ProcessBuilder("sh", "-c", "sleep 3600 & echo $!; read line; wait; read line").start();
        pid = Long.parseLong(shell.inputReader().readLine());
        process = PidFd.open(pid);
    }

    @AfterEach
    void close() throws Exception {
        boolean _ = process.descriptor().isOpen() && process.send(Signal.SIGKILL);
        process.close();
        var _ = Foreign.shell("kill -KILL " + pid + " 2>/dev/null; true");
        shell.destroyForcibly().waitFor();
    }

    private void reap() throws IOException {
        shell.outputWriter().append("\n").flush();
        ProcessState.awaitGone(pid);
    }

    @ParameterizedTest
    @EnumSource
    void itIsAliveUntilItEndsAlsoWhenNobodyHasReapedIt(ThreadKind kind) throws Exception {
        // given
        assertThat(Task.start(kind, process::isAlive).result()).isTrue();

        // when
        Foreign.signal("KILL", pid);
        ProcessState.awaitState(pid, 'Z');

        // then
        assertThat(Task.start(kind, process::isAlive).result()).isFalse();
        reap();
        assertThat(Task.start(kind, process::isAlive).result()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aWaitEndsWhenTheProcessDoes(ThreadKind kind) throws Exception {
        // given
        var wait = Task.start(kind, () -> {
                    process.awaitExit();
                    return true;
                })
                .awaitPolling();

        // when
        Foreign.signal("TERM", pid);

        // then
        assertThat(wait.result()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aTimedWaitTellsWhetherItHasEnded(ThreadKind kind) throws Exception {
        // given
        assertThat(Task.start(kind, () -> process.awaitExit(Duration.ofMillis(1)))
                        .result())
                .isFalse();
        assertThat(Task.start(kind, () -> process.awaitExit(Duration.ZERO)).result())
                .isFalse();
        var wait =
                Task.start(kind, () -> process.awaitExit(Duration.ofHours(1))).awaitPolling();

        // when
        Foreign.signal("KILL", pid);

        // then
        assertThat(wait.result()).isTrue();
        assertThat(Task.start(kind, () -> process.awaitExit(Duration.ZERO)).result())
                .isTrue();
        assertThat(Task.start(kind, () -> process.awaitExit(Duration.ofNanos(Long.MIN_VALUE)))
                        .result())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheWaitAndLeavesItOpen(ThreadKind kind) throws Exception {
        // given
        var wait = Task.start(kind, () -> {
                    process.awaitExit();
                    return true;
                })
                .awaitPolling();

        // when
        wait.interrupt();

        // then
        assertThat(wait.failure()).isInstanceOf(InterruptedException.class);
        assertThat(wait.interruptedAtEnd()).isFalse();
        assertThat(process.isAlive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aCloseByAnotherThreadEndsTheWait(ThreadKind kind) throws Exception {
        // given
        var wait = Task.start(kind, () -> {
                    process.awaitExit();
                    return true;
                })
                .awaitPolling();

        // when
        process.close();

        // then
        assertThat(wait.failure())
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        closed -> assertThat(closed.problem()).isEqualTo(Problem.BAD_DESCRIPTOR));
    }

    @Test
    void aSignalReachesIt() throws Exception {
        // when
        assertThat(process.send(Signal.SIGSTOP)).isTrue();

        // then
        ProcessState.awaitState(pid, 'T');
        assertThat(process.send(Signal.SIGCONT)).isTrue();
        ProcessState.awaitState(pid, 'S');
    }

    @Test
    void aSignalAfterItsEndIsNotSent() throws Exception {
        // given
        assertThat(process.send(Signal.SIGKILL)).isTrue();
        process.awaitExit();

        // when
        reap();

        // then
        assertThat(process.send(Signal.SIGTERM)).isFalse();
    }

    @Test
    void aProcessThatIsNotThereCannotBeOpened() throws Exception {
        // given
        Foreign.signal("KILL", pid);
        ProcessState.awaitState(pid, 'Z');
        reap();

        // when
        var refused = catchThrowableOfType(ErrnoException.class, () -> PidFd.open(pid));

        // then
        assertThat(refused.problem()).isEqualTo(Problem.NO_PROCESS);
        assertThat(refused.errno()).isEqualTo(Errno.ESRCH);
        assertThat(refused.call()).isEqualTo("pidfd_open");
        assertThat(refused.target()).isEqualTo("pid " + pid);
        assertThat(catchThrowableOfType(ErrnoException.class, () -> PidFd.open(1L << 31))
                        .problem())
                .isEqualTo(Problem.NO_PROCESS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void whatCannotBeAPidIsTheCallersMistake(long number) {
        assertThatThrownBy(() -> PidFd.open(number))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pid " + number);
    }

    @Test
    void whatIsClosedRefusesEveryCall() {
        // when
        process.close();
        process.close();

        // then
        assertThatThrownBy(() -> process.send(Signal.SIGCONT)).isInstanceOf(ErrnoException.class);
        assertThatThrownBy(process::isAlive).isInstanceOf(ErrnoException.class);
        assertThatThrownBy(process::awaitExit).isInstanceOf(ErrnoException.class);
        assertThat(process.pid()).isEqualTo(pid);
    }

    @Test
    void aProcessOfAnotherUserMayNotBeSignalled(@TempDir Path folder) throws Exception {
        // given
        var program = JavaProgram.of(SendMain.class).packedInto(folder);

        // when
        String said = Foreign.output(JavaProgram.asNobody(program.command(Long.toString(pid))));

        // then
        assertThat(said).isEqualTo("NOT_YOUR_PROCESS pidfd_send_signal EPERM\n");
        assertThat(process.isAlive()).isTrue();
    }

    /** Sends a signal, and says what refused it. */
    static final class SendMain {
        private SendMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (PidFd process = PidFd.open(Long.parseLong(arguments[0]))) {
                System.out.println(process.send(Signal.SIGTERM));
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.call() + " "
                        + refused.errno().name());
            }
        }
    }
}
