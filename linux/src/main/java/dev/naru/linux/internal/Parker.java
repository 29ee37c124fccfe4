package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Parks a platform thread in ppoll(2) on a descriptor and on an eventfd of its own, through which {@code close} and
 * {@link Thread#interrupt} reach it. So a wake costs what it costs a C program: one, straight to the thread that waits.
 *
 * <p>Parkers are kept in a small pool and not by thread: there are as many eventfds as threads that sleep at once, and a
 * thread that ends leaves none behind.
 */
public final class Parker extends Waiter {
    /** How many idle parkers are kept, each a descriptor. A power of two. */
    private static final int POOL_SIZE = 64;

    private static final AtomicReferenceArray<@Nullable Parker> POOL = new AtomicReferenceArray<>(POOL_SIZE);

    // Two struct pollfd {int fd; short events; short revents;}, a struct timespec, and room to drain the eventfd.
    private static final long WAITED_FD = 0;
    private static final long WAITED_EVENTS = 4;
    private static final long WAITED_REVENTS = 6;
    private static final long WAKER_FD = 8;
    private static final long WAKER_EVENTS = 12;
    private static final long WAKER_REVENTS = 14;
    private static final long TIME = 16;
    private static final long COUNTER = TIME + Timespec.SIZEOF;
    private static final long SIZEOF = COUNTER + Long.BYTES;
    private static final long AFTER_FAILURE_NANOS = 1_000_000;

    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

    private final int eventfd;
    private final MemorySegment memory = Arena.ofAuto().allocate(SIZEOF, 8);
    private final MemorySegment timeout = memory.asSlice(TIME, Timespec.SIZEOF);
    private final MemorySegment counter = memory.asSlice(COUNTER, 8);
    private final InterruptHook hook = new InterruptHook(this);

    /** Guarded by this object's monitor: see {@link #wake}. */
    private boolean closed;

    private Parker(int eventfd) {
        this.eventfd = eventfd;
        memory.set(ValueLayout.JAVA_INT, WAKER_FD, eventfd);
        memory.set(ValueLayout.JAVA_SHORT, WAKER_EVENTS, Constants.POLLIN);
    }

    /** An idle parker, or a new one; null when the process may have no further descriptor. */
    public static @Nullable Parker take() {
        int own = slot();
        for (int i = 0; i < POOL_SIZE; i++) { // mostly the first: it was put there by this thread
            int slot = (own + i) & (POOL_SIZE - 1);
            if (POOL.getPlain(slot) != null) {
                Parker idle = POOL.getAndSet(slot, null);
                if (idle != null) {
                    return idle;
                }
            }
        }
        int eventfd = PollCalls.eventfd(0, Constants.EFD_CLOEXEC | Constants.EFD_NONBLOCK);
        return eventfd < 0 ? null : new Parker(eventfd);
    }

    /** Gives it back. */
    public void release() {
        int own = slot();
        for (int i = 0; i < POOL_SIZE; i++) {
            if (POOL.compareAndSet((own + i) & (POOL_SIZE - 1), null, this)) {
                return;
            }
        }
        close();
    }

    private synchronized void close() {
        closed = true;
        int _ = FileCalls.close(eventfd);
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() & (POOL_SIZE - 1);
    }

    /** From here to {@link #disarm}, an interrupt of the calling thread wakes it. */
    public void arm() {
        hook.arm();
    }

    /** Ends what {@link #arm} began. */
    public void disarm() {
        hook.disarm();
    }

    /**
     * Sleeps until the descriptor has one of the events, {@link #wake} was called, or the time is over.
     *
     * @param nanos how long at most; {@link Long#MAX_VALUE} for ever
     * @return whether the descriptor is ready
     */
    public boolean park(int fd, short events, long nanos) {
        memory.set(ValueLayout.JAVA_INT, WAITED_FD, fd);
        memory.set(ValueLayout.JAVA_SHORT, WAITED_EVENTS, events);
        int ready = PollCalls.ppoll(memory, 2, timespec(nanos), MemorySegment.NULL);
        if (ready <= 0) {
            if (ready < 0) {
                refuseToSpin();
            }
            return false; // over, or EINTR: the caller looks at the clock
        }
        if (memory.get(ValueLayout.JAVA_SHORT, WAKER_REVENTS) != 0) {
            long _ = FileCalls.read(eventfd, counter, 0, Long.BYTES);
        }
        return memory.get(ValueLayout.JAVA_SHORT, WAITED_REVENTS) != 0;
    }

    /** The errno of the sleep itself is not captured: see {@link PollCalls#ppoll}. Any but EINTR would come for ever. */
    private void refuseToSpin() {
        int again = PollCalls.ppollOrErrno(memory, 2, timespec(0), MemorySegment.NULL);
        if (again == -Constants.ENOMEM) {
            LockSupport.parkNanos(AFTER_FAILURE_NANOS); // that passes
        } else if (again < 0 && again != -Constants.EINTR) {
            throw new IllegalStateException("ppoll: errno " + -again); // such as RLIMIT_NOFILE below 2
        }
    }

    private MemorySegment timespec(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return MemorySegment.NULL;
        }
        Timespec.set(timeout, nanos);
        return timeout;
    }

    /**
     * {@inheritDoc} An interrupt calls this after the sleeper has gone on, since {@link Thread#interrupt} does so outside
     * its lock: then the next user of this parker looks once for nothing, and a closed number is left alone.
     */
    @Override
    public synchronized void wake() {
        if (!closed) {
            long _ = FileCalls.write(eventfd, ONE, 0, Long.BYTES); // EAGAIN: a full counter wakes as well
        }
    }
}
