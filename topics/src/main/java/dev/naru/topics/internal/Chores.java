package dev.naru.topics.internal;

import java.io.Closeable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What a process does for its store beside the calls of its users: flushing what was sealed, flushing by time. One daemon thread, started
 * when there is something to do.
 *
 * <p>Thread-safe.
 */
public interface Chores extends Closeable {
    /** Does it soon. */
    void soon(Runnable chore);

    /** Does it after so long. */
    void after(long millis, Runnable chore);

    /** No chore begins any more. */
    @Override
    void close();

    /** On a thread of their own. */
    static Chores onThread() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name("naru-keeper")
                        .inheritInheritableThreadLocals(false)
                        .factory());
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new Chores() {
            @Override
            public void soon(Runnable chore) {
                after(0, chore);
            }

            @Override
            public void after(long millis, Runnable chore) {
                try {
                    var _ = thread.schedule(chore, millis, TimeUnit.MILLISECONDS);
                } catch (RejectedExecutionException closed) {
                    // the store is closed: that did it, or whoever has the partition open does
                }
            }

            @Override
            public void close() {
                thread.shutdown();
            }
        };
    }

    /** None: for who wants to know what is without them. */
    static Chores none() {
        return new Chores() {
            @Override
            public void soon(Runnable chore) {}

            @Override
            public void after(long millis, Runnable chore) {}

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
            public void close() {}
        };
    }
}
