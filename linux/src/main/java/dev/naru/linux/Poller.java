package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.Epoll;
import dev.naru.linux.internal.Parker;
import dev.naru.linux.internal.PollCalls;
import dev.naru.linux.internal.Waiter;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Parks the calling thread until a descriptor is ready, a deadline passes, the thread is interrupted or the descriptor is
 * closed.
 *
 * <p>A platform thread sleeps in ppoll(2) itself and is woken as directly as in C; a virtual thread leaves its carrier and
 * is woken by one shared epoll thread. Neither polls.
 *
 * <p>Thread-safe. On the path of platform threads that wait for one descriptor nothing is allocated.
 */
public final class Poller {
    /** The deadline that never passes. */
    public static final long NEVER = Long.MAX_VALUE;

    private Poller() {}

    /** What a descriptor is awaited for. */
    public enum Interest {
        /** Bytes, the end, or an error can be read. */
        READABLE(Constants.POLLIN),
        /** There is room, or the reader is gone. */
        WRITABLE(Constants.POLLOUT);

        private final short events;

        Interest(short events) {
            this.events = events;
        }
    }

    /** Why a wait ended. */
    public enum Outcome {
        /** Try again: most likely it goes on now. Others may have been faster. */
        READY,
        /** The deadline has passed. */
        TIMED_OUT,
        /** The thread was interrupted; its status is still set. */
        INTERRUPTED,
        /** The descriptor was closed by another thread. */
        CLOSED
    }

    /** The deadline that lies so far from now; a negative time is over already. Saturates at {@link #NEVER}. */
    public static long deadlineIn(Duration timeout) {
        long nanos = Math.max(0, nanos(timeout));
        long now = System.nanoTime();
        long deadline = now + nanos;
        return deadline < now ? NEVER : deadline;
    }

    /** Whether a deadline has passed; {@link #NEVER} never does. */
    public static boolean isOver(long deadline) {
        return deadline != NEVER && deadline - System.nanoTime() <= 0;
    }

    /** A time in nanoseconds; what a long cannot hold, 292 years, is for ever. */
    static long nanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException beyond) {
            return timeout.isNegative() ? 0 : NEVER;
        }
    }

    /**
     * Waits.
     *
     * @param descriptor one that the caller has entered ({@link Descriptor#enter})
     * @param deadline in the time of {@link System#nanoTime}, or {@link #NEVER}
     * @throws ErrnoException when the process may have no further descriptor to sleep on
     */
    public static Outcome await(Descriptor descriptor, Interest interest, long deadline) throws ErrnoException {
        return Thread.currentThread().isVirtual()
                ? awaitVirtual(descriptor, descriptor, interest, deadline)
                : awaitPlatform(descriptor, interest, deadline);
    }

    /**
     * The same for an operation that uses a second descriptor: closing that one ends the wait too.
     *
     * @param companion entered by the caller as well
     */
    public static Outcome await(Descriptor descriptor, Interest interest, long deadline, Descriptor companion)
            throws ErrnoException {
        if (Thread.currentThread().isVirtual()) {
            return awaitVirtual(descriptor, companion, interest, deadline);
        }
        Parker parker = takeParker(descriptor);
        Waiter relay = parker.relay();
        try {
            return companion.addWaiter(relay)
                    ? awaitPlatform(parker, descriptor, companion, interest, deadline)
                    : Outcome.CLOSED;
        } finally {
            companion.removeWaiter(relay);
            parker.release();
        }
    }

    /**
     * Whether the descriptor is ready now. Does not wait, heeds no interrupt, and needs no further descriptor.
     *
     * @param descriptor one that the caller has entered
     * @throws ErrnoException when the kernel has no memory for the look
     */
    public static boolean isReady(Descriptor descriptor, Interest interest) throws ErrnoException {
        int answer;
        do {
            answer = PollCalls.look(descriptor.number(), interest.events);
        } while (answer == -Constants.EINTR);
        return descriptor.check(answer, "poll") > 0;
    }

    private static Parker takeParker(Descriptor descriptor) throws ErrnoException {
        Parker parker = Parker.take();
        if (parker == null) {
            throw ErrnoException.of(Constants.EMFILE, "eventfd", descriptor.toString());
        }
        return parker;
    }

    private static Outcome awaitPlatform(Descriptor descriptor, Interest interest, long deadline)
            throws ErrnoException {
        Parker parker = takeParker(descriptor);
        try {
            return awaitPlatform(parker, descriptor, descriptor, interest, deadline);
        } finally {
            parker.release();
        }
    }

    private static Outcome awaitPlatform(
            Parker parker, Descriptor descriptor, Descriptor companion, Interest interest, long deadline) {
        if (!descriptor.addWaiter(parker)) {
            return Outcome.CLOSED;
        }
        parker.arm();
        try {
            while (true) {
                boolean ready = parker.park(descriptor.number(), interest.events, left(deadline));
                if (!descriptor.isOpen() || !companion.isOpen()) {
                    return Outcome.CLOSED;
                }
                if (ready) {
                    return Outcome.READY;
                }
                if (Thread.currentThread().isInterrupted()) {
                    return Outcome.INTERRUPTED;
                }
                if (left(deadline) <= 0) {
                    return Outcome.TIMED_OUT;
                }
            }
        } finally {
            parker.disarm();
            descriptor.removeWaiter(parker);
        }
    }

    private static Outcome awaitVirtual(Descriptor descriptor, Descriptor companion, Interest interest, long deadline)
            throws ErrnoException {
        Epoll epoll = Epoll.waitingFor(interest == Interest.READABLE);
        if (epoll == null) {
            throw ErrnoException.of(Constants.EMFILE, "epoll_create1", descriptor.toString());
        }
        Epoll.Sleeper sleeper = new Epoll.Sleeper();
        Waiter relay = sleeper.relay();
        if (!descriptor.addWaiter(sleeper)) {
            return Outcome.CLOSED;
        }
        try {
            if (!companion.addWaiter(relay)) {
                return Outcome.CLOSED;
            }
            int answer = epoll.register(descriptor.number(), sleeper);
            if (answer == -Constants.EPERM) {
                return Outcome.READY; // epoll does not take what never makes anybody wait
            }
            if (answer == -Errno.ENOSPC.number()) {
                throw ErrnoException.of(
                        Problem.TOO_MANY_WATCHES,
                        -answer,
                        "epoll_ctl",
                        descriptor.toString(),
                        Limits.kernel("fs/epoll/max_user_watches"),
                        "");
            }
            int _ = descriptor.check(answer, "epoll_ctl");
            try {
                return park(sleeper, descriptor, companion, interest, deadline);
            } finally {
                epoll.deregister(descriptor.number(), sleeper);
            }
        } finally {
            companion.removeWaiter(relay);
            descriptor.removeWaiter(sleeper);
        }
    }

    private static Outcome park(
            Epoll.Sleeper sleeper, Descriptor descriptor, Descriptor companion, Interest interest, long deadline)
            throws ErrnoException {
        while (true) {
            if (!descriptor.isOpen() || !companion.isOpen()) {
                return Outcome.CLOSED;
            }
            if (sleeper.isReady()) {
                return Outcome.READY;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Outcome.INTERRUPTED;
            }
            long left = left(deadline);
            if (left <= 0) {
                // The epoll thread may not have had its turn yet: ask the kernel itself.
                return isReady(descriptor, interest) ? Outcome.READY : Outcome.TIMED_OUT;
            }
            if (left == NEVER) {
                LockSupport.park(sleeper);
            } else {
                LockSupport.parkNanos(sleeper, left);
            }
        }
    }

    private static long left(long deadline) {
        return deadline == NEVER ? NEVER : deadline - System.nanoTime();
    }
}
