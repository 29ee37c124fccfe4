package dev.naru.linux.internal;

import java.nio.channels.AsynchronousCloseException;
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
public final class BlockingCall extends Waiter {
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

    /** Whether the caller was, meanwhile: its own field. */
    private boolean interrupted;

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
        BlockingCall waiting = new BlockingCall(call);
        return waiting.run(() -> {
            long answer = waiting.await(deadline, null);
            if (waiting.interrupted) {
                if (answer >= 0) {
                    undo.accept(answer);
                }
                throw new InterruptedException();
            }
            return answer;
        });
    }

    /**
     * Makes a call that cannot be undone, and waits for it: a value that it answers is returned whatever happened meanwhile,
     * and an interrupt stays for the next wait.
     *
     * @param sleepers by which a close ends the wait
     * @throws InterruptedException when the calling thread was interrupted; the call has done nothing
     * @throws AsynchronousCloseException when the sleepers were closed; the call has done nothing
     */
    static long run(LongSupplier call, long deadline, WaiterSet sleepers)
            throws InterruptedException, AsynchronousCloseException {
        BlockingCall waiting = new BlockingCall(call);
        if (!sleepers.add(waiting)) {
            throw new AsynchronousCloseException();
        }
        long answer;
        try {
            answer = waiting.run(() -> waiting.await(deadline, sleepers));
        } finally {
            sleepers.remove(waiting);
        }
        if (answer != -Constants.EINTR) {
            if (waiting.interrupted) {
                Thread.currentThread().interrupt();
            }
            return answer;
        }
        if (waiting.interrupted) {
            throw new InterruptedException();
        }
        throw new AsynchronousCloseException();
    }

    /** How the caller waits for the thread. */
    private interface Wait {
        long await() throws InterruptedException;
    }

    private long run(Wait wait) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!PERMITS.tryAcquire()) {
            return TOO_MANY;
        }
        try {
            WakeSignal.install();
            if (!start(Thread.ofPlatform().daemon().name("naru-blocking-call").unstarted(this::work))) {
                return NO_THREAD;
            }
            long answered = wait.await();
            rethrow();
            return answered;
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

    /** What the call answered; EINTR when the caller was interrupted, or the sleepers closed, before it did anything. */
    private long await(long deadline, @Nullable WaiterSet sleepers) {
        while (!done) {
            long left = deadline == Long.MAX_VALUE ? deadline : deadline - System.nanoTime();
            if (left <= 0) {
                cancel();
                if (interrupted) { // too late: it counts for the next wait
                    interrupted = false;
                    Thread.currentThread().interrupt();
                }
                return answer == -Constants.EINTR ? TIMED_OUT : answer;
            }
            if (sleepers != null && !sleepers.isOpen()) {
                cancel();
                break;
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                interrupted = true;
                cancel();
                break;
            }
        }
        return answer;
    }

    /** Gets the thread out of its call. */
    private void cancel() {
        cancelled = true;
        while (!done) {
            if (thread != 0) {
                WakeSignal.send(thread);
            }
            LockSupport.parkNanos(this, BETWEEN_SIGNALS_NANOS);
            interrupted |= Thread.interrupted();
        }
    }

    /** {@inheritDoc} The caller looks whether its sleepers are closed. */
    @Override
    public void wake() {
        LockSupport.unpark(caller);
    }
}
