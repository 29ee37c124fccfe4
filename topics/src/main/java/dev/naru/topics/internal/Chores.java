package dev.naru.topics.internal;

import java.io.Closeable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What a process does for its store beside the calls of its users: flushing what was sealed, flushing by time, compacting. A daemon thread
 * each for what is brief and for what may last, started when there is something to do.
 *
 * <p>Thread-safe.
 */
public interface Chores extends Closeable {
    /** Does it soon. */
    void soon(Runnable chore);

    /** Does it after so long. */
    void after(long millis, Runnable chore);

    /** Does it soon, beside the others: it may last. */
    void atLength(Runnable chore);

    /** No chore begins any more. */
    @Override
    void close();

    /** On a thread of their own. */
    static Chores onThread() {
        ScheduledThreadPoolExecutor thread = thread("naru-keeper");
        ScheduledThreadPoolExecutor compactor = thread("naru-compactor");
        return new Chores() {
            @Override
            public void soon(Runnable chore) {
                after(0, chore);
            }

            @Override
            public void after(long millis, Runnable chore) {
                schedule(thread, chore, millis);
            }

            @Override
            public void atLength(Runnable chore) {
                schedule(compactor, chore, 0);
            }

            @Override
            public void close() {
                thread.shutdown();
                compactor.shutdown();
            }
        };
    }

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .inheritInheritableThreadLocals(false)
                        .factory());
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return thread;
    }

    private static void schedule(ScheduledThreadPoolExecutor thread, Runnable chore, long millis) {
        try {
            var _ = thread.schedule(chore, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // the store is closed: that did it, or whoever has the partition open does
        }
    }

    /** None: for who wants to know what is without them. */
    static Chores none() {
        return new Chores() {
            @Override
            public void soon(Runnable chore) {}

            @Override
            public void after(long millis, Runnable chore) {}

            @Override
            public void atLength(Runnable chore) {}

            @Override
            public void close() {}
        };
    }

    /** At once, by whoever causes them: for who wants to know the order of things. */
    static Chores atOnce() {
        return new Chores() {
            @Override
            public void soon(Runnable chore) {
                chore.run();
            }

            @Override
            public void after(long millis, Runnable chore) {
                chore.run();
            }

            @Override
            public void atLength(Runnable chore) {
                chore.run();
            }

            @Override
            public void close() {}
        };
    }
}
