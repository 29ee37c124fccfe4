package dev.naru.rpc;

import io.grpc.Context;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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
    private final Consumer<Throwable> whenRefused;

    /** Guarded by this object's monitor, as {@link #scheduled}. */
    private @Nullable Runnable first;

    private @Nullable Runnable second;

    /** Behind these two; made when there is one, since most calls have no more. */
    private @Nullable ArrayDeque<Runnable> others;

    private boolean scheduled;

    /**
     * {@code context} is current while something is told; {@code whenRefused} is told, under no lock, that the executor takes nothing:
     * then nothing that was added is told any more, but what it adds, on the very thread.
     */
    SerialQueue(Executor executor, Context context, Consumer<Throwable> whenRefused) {
        this.executor = executor;
        this.context = context;
        this.whenRefused = whenRefused;
    }

    Executor executor() {
        return executor;
    }

    synchronized void add(Runnable task) {
        if (first == null) {
            first = task;
        } else if (second == null) {
            second = task;
        } else {
            ArrayDeque<Runnable> behind = others;
            if (behind == null) {
                behind = new ArrayDeque<>();
                others = behind;
            }
            behind.add(task);
        }
    }

    /** Whether somebody has to {@link #submit} it: who is told so does, soon. */
    synchronized boolean isDue() {
        if (scheduled || first == null) {
            return false;
        }
        scheduled = true;
        return true;
    }

    /** After {@link #isDue}. Whatever the executor throws, the call ends and nothing else does. */
    void submit() {
        try {
            executor.execute(this);
        } catch (RuntimeException | Error refused) {
            LOG.log(System.Logger.Level.WARNING, "a call's executor refuses what it is to be told", refused);
            synchronized (this) {
                first = null;
                second = null;
                others = null;
            }
            whenRefused.accept(refused);
            run();
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
                run(task);
            }
        } finally {
            context.detach(previous);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error thrown) { // what comes behind it is told all the same
            LOG.log(System.Logger.Level.WARNING, "a call's listener or tracer throws", thrown);
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = first;
        first = second;
        second = others == null ? null : others.poll();
        scheduled = task != null;
        return task;
    }
}
