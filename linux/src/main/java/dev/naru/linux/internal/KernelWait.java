package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A wait in a system call that has no descriptor to wait on, such as msgrcv(2), semop(2) or sem_wait(3).
 *
 * <p>A platform thread makes the call itself, so that its wake costs what it costs a C program. A deadline, an interrupt or
 * a close ends the call by {@link WakeSignal}, which comes from a timer of the kernel (timer_create(2), SIGEV_THREAD_ID) to
 * this very thread: the first may come just before the call begins, so the timer repeats it each millisecond until the
 * thread is out. A virtual thread leaves the call to a thread of its own, {@link BlockingCall}.
 *
 * <p>These are kept in a small pool; a wait of a platform thread makes no garbage.
 */
public final class KernelWait extends Waiter {
    private static final int POOL_SIZE = 64; // a power of two
    private static final AtomicReferenceArray<@Nullable KernelWait> POOL = new AtomicReferenceArray<>(POOL_SIZE);

    private static final long BETWEEN_SIGNALS_NANOS = 1_000_000;
    private static final int NO_TIMER = -1;

    // struct sigevent {value 8; int signo; int notify; int thread; …}, a timer_t of 8, and struct itimerspec.
    private static final long SIGNAL = 8;
    private static final long NOTIFY = 12;
    private static final long THREAD = 16;
    private static final long SIZEOF_SIGEVENT = 64;
    private static final long TIMER = SIZEOF_SIGEVENT;
    private static final long TIMES = TIMER + 8;
    private static final long SIZEOF_TIMES = 2 * Timespec.SIZEOF;

    private final MemorySegment memory = Arena.ofAuto().allocate(TIMES + SIZEOF_TIMES, 8);
    private final MemorySegment timerId = memory.asSlice(TIMER, 8);
    private final MemorySegment times = memory.asSlice(TIMES, SIZEOF_TIMES);
    private final MemorySegment first = times.asSlice(Timespec.SIZEOF, Timespec.SIZEOF);
    private final InterruptHook hook = new InterruptHook(this);

    /** Guarded by this object's monitor, as all that follows: 0 when nobody waits here. */
    private int thread;

    private long timer = NO_TIMER;

    /** Whose number was asked for last, and that number: a thread has the same as long as it lives. */
    private long lastWaiter;

    private int lastNumber;

    private KernelWait() {
        memory.set(ValueLayout.JAVA_INT, NOTIFY, Constants.SIGEV_THREAD_ID);
        Timespec.set(times, BETWEEN_SIGNALS_NANOS);
    }

    /** The call; its arguments are handed through, so that a constant does for it and nothing is captured. */
    @FunctionalInterface
    public interface Call {
        /** Makes it: a value, or a negated errno. */
        long make(int object, MemorySegment memory, long size, long argument, int flags);
    }

    /**
     * Makes the call, and waits in it.
     *
     * @param memory reachable from every thread
     * @param deadline in the time of {@link System#nanoTime}, or {@link Long#MAX_VALUE}
     * @param sleepers by which a close ends the wait
     * @return what the call answered, {@link BlockingCall#TIMED_OUT}, {@link BlockingCall#TOO_MANY} or
     *     {@link BlockingCall#NO_THREAD}
     * @throws InterruptedException when the thread was interrupted; the call has done nothing
     * @throws AsynchronousCloseException when the object was closed meanwhile; the call has done nothing
     */
    public static long in(
            Call call,
            int object,
            MemorySegment memory,
            long size,
            long argument,
            int flags,
            long deadline,
            WaiterSet sleepers)
            throws InterruptedException, AsynchronousCloseException {
        KernelWait wait = take();
        try {
            if (!Thread.currentThread().isVirtual() && wait.begin(deadline)) {
                return wait.makeHere(call, object, memory, size, argument, flags, deadline, sleepers);
            }
        } finally {
            wait.release();
        }
        return BlockingCall.run(() -> call.make(object, memory, size, argument, flags), deadline, sleepers);
    }

    private long makeHere(
            Call call,
            int object,
            MemorySegment memory,
            long size,
            long argument,
            int flags,
            long deadline,
            WaiterSet sleepers)
            throws InterruptedException, AsynchronousCloseException {
        boolean added = false;
        hook.arm();
        try {
            added = sleepers.add(this);
            while (sleepers.isOpen() && !Thread.currentThread().isInterrupted()) {
                long answer = call.make(object, memory, size, argument, flags);
                if (answer != -Constants.EINTR) {
                    return answer;
                }
                if (deadline != Long.MAX_VALUE && deadline - System.nanoTime() <= 0) {
                    return BlockingCall.TIMED_OUT;
                }
            }
        } finally {
            end(); // first: whoever wakes us may hold the monitor of the sleepers until we are out
            hook.disarm();
            if (added) {
                sleepers.remove(this);
            }
        }
        if (!sleepers.isOpen()) {
            throw new AsynchronousCloseException();
        }
        boolean _ = Thread.interrupted();
        throw new InterruptedException();
    }

    private static KernelWait take() {
        KernelWait idle = POOL.getAndSet(slot(), null);
        return idle != null ? idle : new KernelWait();
    }

    private void release() {
        var _ = POOL.compareAndSet(slot(), null, this); // else the collector's
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() & (POOL_SIZE - 1);
    }

    /** From here to {@link #end}, the thread gets the signal at the deadline; false when there is no timer for it. */
    private synchronized boolean begin(long deadline) {
        WakeSignal.install();
        long waiter = Thread.currentThread().threadId();
        if (waiter != lastWaiter) {
            lastNumber = ProcessCalls.gettid();
            lastWaiter = waiter;
        }
        thread = lastNumber;
        if (deadline == Long.MAX_VALUE || startTimer(Math.max(1, deadline - System.nanoTime()))) {
            return true;
        }
        thread = 0;
        return false;
    }

    private boolean startTimer(long nanos) {
        if (timer == NO_TIMER) {
            memory.set(ValueLayout.JAVA_INT, SIGNAL, WakeSignal.NUMBER);
            memory.set(ValueLayout.JAVA_INT, THREAD, thread);
            if (TimerCalls.create(Constants.CLOCK_MONOTONIC, memory, timerId) < 0) {
                return false; // RLIMIT_SIGPENDING
            }
            timer = timerId.get(ValueLayout.JAVA_LONG, 0);
        }
        Timespec.set(first, nanos);
        int _ = TimerCalls.set(timer, times);
        return true;
    }

    private synchronized void end() {
        thread = 0;
        if (timer != NO_TIMER) {
            int _ = TimerCalls.delete(timer);
            timer = NO_TIMER;
        }
    }

    /** {@inheritDoc} An interrupt calls this also after the waiter has gone on. */
    @Override
    public void wake() {
        while (!wakeByTimer()) { // without one, by hand
            LockSupport.parkNanos(BETWEEN_SIGNALS_NANOS);
        }
    }

    /** True when nothing is left to do. */
    private synchronized boolean wakeByTimer() {
        if (thread == 0 || startTimer(1)) {
            return true;
        }
        WakeSignal.send(thread);
        return false;
    }
}
