package dev.naru.rpc;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines, of which nearly none ever passes: so one is set and taken back for some tens of nanoseconds, and the thread behind them
 * sleeps on until the earliest time that it has seen, though that one be gone. One such thread for the process, while there are
 * any.
 *
 * <p>It is a {@link ScheduledExecutorService} as far as {@link io.grpc.Context#withDeadline} needs one. Thread-safe.
 */
final class Timers extends AbstractExecutorService implements ScheduledExecutorService {
    static final Timers OF_THIS_PROCESS = new Timers();

    /** A thread that has had nothing to do for so long ends. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Guarded by this object's monitor, as all below. */
    private final Set<Timer> timers = new HashSet<>();

    private @Nullable Thread thread;
    private long nextLook;

    /** The last look found none. */
    private boolean isIdle;

    private Timers() {}

    /** Something that is done at a time, unless it is cancelled before. It is done on the thread of all timers: quickly. */
    static final class Timer extends FutureTask<@Nullable Void> implements ScheduledFuture<@Nullable Void> {
        private final long at;

        private Timer(Runnable task, long at) {
            super(task, null);
            this.at = at;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        @Override
        protected void done() {
            OF_THIS_PROCESS.remove(this);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** Does it after so many nanoseconds, on the thread of all timers. */
    Timer after(long nanos, Runnable task) {
        long now = System.nanoTime();
        Timer timer = new Timer(task, now + Math.min(nanos, Long.MAX_VALUE / 4));
        synchronized (this) {
            boolean _ = timers.add(timer);
            isIdle = false;
            if (thread == null) {
                nextLook = timer.at;
                thread = Thread.ofPlatform().daemon().name("naru-rpc-timers").start(this::watch);
            } else if (timer.at - nextLook < 0) {
                nextLook = timer.at;
                LockSupport.unpark(thread);
            }
        }
        return timer;
    }

    private synchronized void remove(Timer timer) {
        boolean _ = timers.remove(timer);
    }

    private void watch() {
        while (true) {
            List<Timer> due = new ArrayList<>();
            long sleep = look(due);
            if (sleep < 0) {
                return;
            }
            due.forEach(Timer::run);
            if (due.isEmpty()) {
                LockSupport.parkNanos(this, sleep);
            }
        }
    }

    /** Takes what is due; how long to sleep then, or -1 when the thread is not needed any more. */
    private synchronized long look(List<Timer> due) {
        long now = System.nanoTime();
        if (timers.isEmpty()) {
            if (isIdle) {
                thread = null;
                return -1;
            }
            isIdle = true;
            nextLook = now + IDLE_NANOS;
            return IDLE_NANOS;
        }
        isIdle = false;
        if (nextLook - now > 0) {
            return Math.min(nextLook - now, IDLE_NANOS);
        }
        long earliest = Long.MAX_VALUE;
        for (Timer timer : timers) {
            long left = timer.at - now;
            if (left <= 0) {
                due.add(timer);
            } else {
                earliest = Math.min(earliest, left);
            }
        }
        due.forEach(timers::remove);
        if (earliest < Long.MAX_VALUE) {
            nextLook = now + earliest;
        }
        return Math.min(earliest, IDLE_NANOS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return after(unit.toNanos(delay), command);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("only deadlines");
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long first, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("only deadlines");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("only deadlines");
    }

    @Override
    public void execute(Runnable command) {
        var _ = after(0, command);
    }

    /** It ends with the process. */
    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
