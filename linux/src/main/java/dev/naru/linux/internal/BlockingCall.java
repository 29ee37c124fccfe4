package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A system call that waits and has no descriptor to wait on, such as the open of a FIFO. It runs on a platform thread of
 * its own, so that a virtual caller keeps no carrier; a deadline or an interrupt ends it by a signal that does nothing
 * but make the call answer EINTR.
 *
 * <p>The signal may come just before the call begins, so it is repeated each millisecond until the thread is out. The
 * caller goes on only then: afterwards nothing waits in its name.
 */
public final class BlockingCall {
    /** The deadline passed. No errno has this value, or the next. */
    public static final int TIMED_OUT = Integer.MIN_VALUE;

    /** There are {@link #MOST_WAITERS} already. */
    public static final int TOO_MANY = Integer.MIN_VALUE + 1;

    /** The machine gives no further thread; no errno has this value. */
    public static final int NO_THREAD = -5001;

    /** How many such calls may be under way in this process: each is a thread of the machine. */
    public static final int MOST_WAITERS = 1024;

    private static final Semaphore PERMITS = new Semaphore(MOST_WAITERS);
    private static final long BETWEEN_SIGNALS_NANOS = 1_000_000;

    private final LongSupplier call;
    private final Thread caller = Thread.currentThread();
    private volatile boolean cancelled;
    private volatile boolean done;
    private volatile int thread;
    private long answer;
    private @Nullable Throwable failure;

    private BlockingCall(LongSupplier call) {
        this.call = call;
    }

    /**
     * Makes the call and waits for it.
     *
     * @param call answers a value or a negated errno
     * @param undo what to do with the value of a call that succeeded while its caller was interrupted
     * @param deadline in the time of {@link System#nanoTime}, or {@link Long#MAX_VALUE}
     * @return what the call answered, {@link #TIMED_OUT}, {@link #TOO_MANY}, or {@link #NO_THREAD}
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static long run(LongSupplier call, LongConsumer undo, long deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!PERMITS.tryAcquire()) {
            return TOO_MANY;
        }
        BlockingCall waiting = new BlockingCall(call);
        try {
            WakeSignal.install();
            if (!start(Thread.ofPlatform().daemon().name("naru-blocking-call").unstarted(waiting::work))) {
                return NO_THREAD;
            }
            long answer = waiting.await(undo, deadline);
            waiting.rethrow();
            return answer;
        } finally {
            PERMITS.release();
        }
    }

    /** The JVM calls it an OutOfMemoryError, whatever limit it is. */
    private static boolean start(Thread thread) {
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError none) {
            return false;
        }
    }

    private void work() {
        try {
            thread = ProcessCalls.gettid();
            do { // once at least: what need not wait succeeds, however late it is
                answer = call.getAsLong();
            } while (answer == -Constants.EINTR && !cancelled);
        } catch (Throwable thrown) {
            answer = -Constants.EINTR; // nothing to undo
            failure = thrown;
        } finally {
            done = true;
            LockSupport.unpark(caller);
        }
    }

    /** What the call threw is the caller's to hear of, as if it had made the call itself. */
    private void rethrow() {
        switch (failure) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException runtime -> throw runtime;
            case Throwable thrown -> throw new AssertionError(thrown);
        }
    }

    private long await(LongConsumer undo, long deadline) throws InterruptedException {
        while (!done) {
            long left = deadline == Long.MAX_VALUE ? deadline : deadline - System.nanoTime();
            if (left <= 0) {
                boolean interrupted = cancel();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return answer == -Constants.EINTR ? TIMED_OUT : answer;
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                boolean _ = cancel();
                if (answer >= 0) {
                    undo.accept(answer);
                }
                throw new InterruptedException();
            }
        }
        return answer;
    }

    /** Gets the thread out of its call; true when the caller was interrupted meanwhile. */
    private boolean cancel() {
        cancelled = true;
        boolean interrupted = false;
        while (!done) {
            if (thread != 0) {
                // A thread that is gone by now answers ESRCH; a stranger that got its id since does nothing with it.
                int _ = ProcessCalls.tgkill(ProcessCalls.getpid(), thread, WakeSignal.NUMBER);
            }
            LockSupport.parkNanos(this, BETWEEN_SIGNALS_NANOS);
            interrupted |= Thread.interrupted();
        }
        return interrupted;
    }

    /** The signal that interrupts a call and does nothing else: its handler is a harmless libc function, abs(3). */
    private static final class WakeSignal {
        private static final int NUMBER = ProcessCalls.sigrtmin() + 5;

        /** glibc's {@code struct sigaction}: handler 8, mask 128, flags 4 (0: no SA_RESTART), padding 4, restorer 8. */
        private static final long SIZEOF_SIGACTION = 152;

        static {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment action = arena.allocate(SIZEOF_SIGACTION, 8);
                action.set(ValueLayout.ADDRESS, 0, Native.address("abs"));
                int answer = ProcessCalls.sigaction(NUMBER, action, MemorySegment.NULL);
                if (answer < 0) {
                    throw new IllegalStateException("sigaction: errno " + -answer);
                }
            }
        }

        static void install() {
            // by the initializer of this class
        }
    }
}
