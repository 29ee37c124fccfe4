package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where virtual threads wait: one epoll instance for a direction, and one daemon thread that sleeps in it and unparks
 * whose descriptor became ready. A registration lasts for one wait, so a number that is closed and given out anew never
 * has an old one.
 *
 * <p>Between epoll_wait(2) and the look at what it reported, that wait may end and another begin on the same number. So each
 * registration has a generation, which its events carry, and an event of an older one wakes nobody.
 */
public final class Epoll {
    private static final int BATCH = 64;
    private static final long DATA = Constants.EPOLL_EVENT_PACKED ? 4 : 8;
    private static final long SIZEOF_EVENT = DATA + 8;

    /** After a failure that should not happen: go on, but do not burn a core. */
    private static final long AFTER_FAILURE_NANOS = 10_000_000;

    private static volatile @Nullable Epoll readers;
    private static volatile @Nullable Epoll writers;

    private final int epoll;
    private final int events;

    /** A {@code struct epoll_event} for {@link #control}, which is called under this object's monitor. */
    private final MemorySegment event = Arena.global().allocate(SIZEOF_EVENT, 8);

    /** Who waits for which number; guarded by this object's monitor, as is what the kernel has registered. */
    private final Map<Integer, Registration> registrations = new HashMap<>();

    /** Of the newest registration; guarded by this object's monitor. After 2^32 it begins anew. */
    private int generation;

    private Epoll(int epoll, int events) {
        this.epoll = epoll;
        this.events = events;
    }

    /**
     * Those who wait until something can be read, or until something can be written; made at the first call. Null when
     * the process may have no further descriptor.
     */
    public static @Nullable Epoll waitingFor(boolean reading) {
        Epoll started = reading ? readers : writers;
        return started != null ? started : start(reading);
    }

    private static synchronized @Nullable Epoll start(boolean reading) {
        Epoll started = reading ? readers : writers;
        if (started != null) {
            return started;
        }
        int number = PollCalls.epollCreate(Constants.EPOLL_CLOEXEC);
        if (number < 0) {
            return null;
        }
        Epoll epoll = new Epoll(number, reading ? Constants.EPOLLIN : Constants.EPOLLOUT);
        String name = reading ? "naru-epoll-readers" : "naru-epoll-writers";
        Thread.ofPlatform().daemon().name(name).start(epoll::run);
        if (reading) {
            readers = epoll;
        } else {
            writers = epoll;
        }
        return epoll;
    }

    /** What the kernel has registered of a number, and for whom. */
    private record Registration(int generation, List<Sleeper> sleepers) {}

    /** A virtual thread that waits. */
    public static final class Sleeper extends Waiter {
        private final Thread thread = Thread.currentThread();
        private volatile boolean ready;

        /** Whether the descriptor was seen ready since the wait began. */
        public boolean isReady() {
            return ready;
        }

        @Override
        public void wake() {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Begins a wait.
     *
     * @return 0, or a negated errno: EPERM for what is always ready, such as a regular file
     */
    public synchronized int register(int fd, Sleeper sleeper) {
        Registration here = registrations.get(fd);
        if (here == null) {
            here = new Registration(++generation, new ArrayList<>(1));
            int answer = control(Constants.EPOLL_CTL_ADD, fd);
            if (answer < 0) {
                return answer;
            }
            registrations.put(fd, here);
        }
        here.sleepers.add(sleeper);
        return 0;
    }

    /** Ends a wait, whether its event came or not. */
    public synchronized void deregister(int fd, Sleeper sleeper) {
        Registration here = registrations.get(fd);
        if (here != null && here.sleepers.remove(sleeper) && here.sleepers.isEmpty()) {
            registrations.remove(fd);
            int _ = control(Constants.EPOLL_CTL_DEL, fd);
        }
    }

    private synchronized void ready(int fd, int eventGeneration) {
        Integer number = fd; // made once: from the wakes on nothing may fail for want of memory
        Registration here = registrations.get(number);
        if (here != null && here.generation != eventGeneration) {
            return; // its wait is over
        }
        if (here != null) {
            // First, while the kernel still has it registered: if this fails, the event comes again.
            for (Sleeper sleeper : here.sleepers) {
                sleeper.ready = true;
                try {
                    sleeper.wake();
                } catch (RuntimeException | Error failed) { // the others' wakes must not depend on it
                    report(failed);
                }
            }
            registrations.remove(number);
        }
        int _ = control(Constants.EPOLL_CTL_DEL, fd); // also of one that is nobody's: it would be reported for ever
    }

    private int control(int operation, int fd) {
        event.set(ValueLayout.JAVA_INT, 0, events);
        event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, fd);
        event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA + Integer.BYTES, generation);
        return PollCalls.epollControl(epoll, operation, fd, event);
    }

    /** Everybody waits for this thread, so nothing that is thrown here may end it. */
    private void run() {
        MemorySegment batch = Arena.global().allocate(BATCH * SIZEOF_EVENT, 8);
        while (true) {
            try {
                int count = PollCalls.epollWait(epoll, batch, BATCH, -1);
                if (count < 0 && count != -Constants.EINTR) {
                    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
                }
                for (int i = 0; i < count; i++) {
                    long data = i * SIZEOF_EVENT + DATA;
                    ready(
                            batch.get(ValueLayout.JAVA_INT_UNALIGNED, data),
                            batch.get(ValueLayout.JAVA_INT_UNALIGNED, data + Integer.BYTES));
                }
            } catch (Throwable thrown) { // no memory, most likely: the kernel reports again what is still registered
                report(thrown);
                LockSupport.parkNanos(AFTER_FAILURE_NANOS);
            }
        }
    }

    private static void report(Throwable thrown) {
        try {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
        } catch (RuntimeException | Error handler) {
            // there is nobody else to tell
        }
    }
}
