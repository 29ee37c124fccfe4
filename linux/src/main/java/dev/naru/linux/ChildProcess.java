package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that we started. It is reaped as soon as it ends, whether anybody asks for its status or not: no zombie stays.
 *
 * <p>Thread-safe. If this process dies first, the child goes on, as every child on Linux does.
 */
public final class ChildProcess {
    /** {@code siginfo_t} of waitid(2): 128 bytes. */
    private static final long SIZEOF_SIGINFO = 128;

    private static final long SI_CODE = 8;
    private static final long SI_STATUS = 24;

    private final PidFd pidfd;
    private final String program;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    private ChildProcess(PidFd pidfd, String program) {
        this.pidfd = pidfd;
        this.program = program;
    }

    static ChildProcess watch(PidFd pidfd, String program) {
        ChildProcess child = new ChildProcess(pidfd, program);
        Thread.ofVirtual().name("naru-reaper-" + pidfd.pid()).start(child::reap);
        return child;
    }

    private void reap() {
        try {
            pidfd.awaitExit();
        } catch (ErrnoException | InterruptedException | RuntimeException | Error noDescriptorToWaitOn) {
            // A thread that blocks in waitid needs none: rather that than a zombie.
            Thread.ofPlatform().daemon().name("naru-reaper-" + pid()).start(this::collect);
            return;
        }
        collect();
    }

    private void collect() {
        try {
            exit.complete(status());
        } catch (ErrnoException | RuntimeException | Error lost) {
            exit.completeExceptionally(lost);
        } finally {
            pidfd.close();
        }
    }

    private ExitStatus status() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIZEOF_SIGINFO, 8);
            int answer;
            do {
                answer = ProcessCalls.waitid(
                        Constants.P_PIDFD, pidfd.descriptor().number(), info, Constants.WEXITED);
            } while (answer == -Constants.EINTR);
            if (answer < 0) {
                throw ErrnoException.of(-answer, "waitid", toString());
            }
            int status = info.get(ValueLayout.JAVA_INT, SI_STATUS);
            return info.get(ValueLayout.JAVA_INT, SI_CODE) == Constants.CLD_EXITED
                    ? new ExitStatus.Exited(status)
                    : new ExitStatus.Signalled(status);
        }
    }

    /** Its process id. Once it has ended, the kernel may give the number to another. */
    public long pid() {
        return pidfd.pid();
    }

    /** Whether it has not ended yet. */
    public boolean isAlive() {
        return !exit.isDone();
    }

    /**
     * Sends a signal to this child and no other.
     *
     * @return false when it has ended and is reaped; in the moment between, the kernel takes the signal and drops it
     */
    public boolean send(Signal signal) throws ErrnoException {
        try {
            return pidfd.send(signal);
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.BAD_DESCRIPTOR) {
                return false; // ended, reaped, and the descriptor closed behind it
            }
            throw refused;
        }
    }

    /** Kills it (SIGKILL); false when it has ended and is reaped already. */
    public boolean kill() throws ErrnoException {
        return send(Signal.SIGKILL);
    }

    /** Completes when it has ended and is reaped. */
    public CompletableFuture<ExitStatus> onExit() {
        return exit.copy();
    }

    /** Waits until it has ended. */
    public ExitStatus waitFor() throws ErrnoException, InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException lost) {
            throw rethrown(lost);
        }
    }

    /** Waits so long at most; empty when it still runs. */
    public Optional<ExitStatus> waitFor(Duration timeout) throws ErrnoException, InterruptedException {
        try {
            return Optional.of(exit.get(Poller.nanos(timeout), TimeUnit.NANOSECONDS));
        } catch (TimeoutException over) {
            return Optional.empty();
        } catch (ExecutionException lost) {
            throw rethrown(lost);
        }
    }

    private static ErrnoException rethrown(ExecutionException lost) {
        if (lost.getCause() instanceof ErrnoException refused) {
            return refused;
        }
        throw new IllegalStateException(lost.getCause());
    }

    @Override
    public String toString() {
        return program + " (pid " + pid() + ")";
    }
}
