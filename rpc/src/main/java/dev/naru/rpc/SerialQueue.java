package dev.naru.rpc;

import io.grpc.Context;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told to the user of one call: one thing after another, on an executor, never two at once.
 *
 * <p>Adding and running are two steps: who adds may hold a lock, and who {@link #submit submits} must not, since the executor may
 * run it at once. Thread-safe.
 */
final class SerialQueue implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.naru.rpc");

    private final Executor executor;
    private final Context context;

    /** Guarded by this object's monitor, as {@link #scheduled}. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(4);

    private boolean scheduled;

    /** {@code context} is current while something is told. */
    SerialQueue(Executor executor, Context context) {
        this.executor = executor;
        this.context = context;
    }

    Executor executor() {
        return executor;
    }

    synchronized void add(Runnable task) {
        tasks.add(task);
    }

    /** Whether somebody has to {@link #submit} it: who is told so does, soon. */
    synchronized boolean isDue() {
        if (scheduled || tasks.isEmpty()) {
            return false;
        }
        scheduled = true;
        return true;
    }

    /** After {@link #isDue}. */
    void submit() {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException refused) {
            LOG.log(System.Logger.Level.WARNING, "a call's executor refuses what it is to be told", refused);
        }
    }

    void submitIfDue() {
        if (isDue()) {
            submit();
        }
    }

    @Override
    public void run() {
        Context previous = context.attach();
        try {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        } finally {
            context.detach(previous);
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = tasks.poll();
        scheduled = task != null;
        return task;
    }
}
