package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Others hang their work on it, which runs on the reaper; who waits here must not, so they wait for the latch. */
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    /** How it ended, or why that is not known; written before the latch opens. */
    private @Nullable ExitStatus status;

    private @Nullable Throwable lost;

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
            status = reaped();
        } catch (ErrnoException | RuntimeException | Error failed) {
            lost = failed;
        } finally {
            pidfd.close();
            ended.countDown();
        }
        boolean _ = complete(exit); // last: what hangs on it may take its time
    }

    private boolean complete(CompletableFuture<ExitStatus> future) {
        Throwable failure = lost;
        return failure == null ? future.complete(status) : future.completeExceptionally(failure);
    }

    private ExitStatus reaped() throws ErrnoException {
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
            int code = info.get(ValueLayout.JAVA_INT, SI_STATUS);
            return info.get(ValueLayout.JAVA_INT, SI_CODE) == Constants.CLD_EXITED
                    ? new ExitStatus.Exited(code)
                    : new ExitStatus.Signalled(code);
        }
    }

    /** Its process id. Once it has ended, the kernel may give the number to another. */
    public long pid() {
        return pidfd.pid();
    }

    /** Whether it has not ended yet. */
    public boolean isAlive() {
        return ended.getCount() != 0;
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

    /** Completes when it has ended and is reaped. What hangs on it delays nobody who waits for the child. */
    public CompletableFuture<ExitStatus> onExit() {
        CompletableFuture<ExitStatus> own = exit.copy();
        if (!isAlive()) {
            boolean _ = complete(own); // the reaper may be at others' work still
        }
        return own;
    }

    /** Waits until it has ended. */
    public ExitStatus waitFor() throws ErrnoException, InterruptedException {
        if (isAlive()) {
            ended.await();
        }
        return known();
    }

    /** Waits so long at most; empty when it still runs. */
    public Optional<ExitStatus> waitFor(Duration timeout) throws ErrnoException, InterruptedException {
        boolean over = isAlive() && !ended.await(Poller.nanos(timeout), TimeUnit.NANOSECONDS);
        return over ? Optional.empty() : Optional.of(known());
    }

    private ExitStatus known() throws ErrnoException {
        if (lost instanceof ErrnoException refused) {
            throw refused;
        }
        ExitStatus known = status;
        if (known == null) {
            throw new IllegalStateException(lost);
        }
        return known;
    }

    @Override
    public String toString() {
        return program + " (pid " + pid() + ")";
    }
}
