package dev.naru.topics.internal;

import dev.naru.linux.Fences;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Brief uses of something by one thread at a time, and its end, which any thread asks for: the last one out ends it. So what is used
 * need not be guarded meanwhile. A use costs two stores and two loads. {@code docs/decisions/0016}.
 */
public final class Use {
    private static final VarHandle AT_WORK;

    static {
        try {
            AT_WORK = MethodHandles.lookup().findVarHandle(Use.class, "atWork", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** What is used. */
    public interface Used {
        /**
         * Ends it.
         *
         * @param patiently wait for whoever uses it in another way, such as in a system call; else leave it, for the next one out
         * @return whether it has ended
         */
        boolean end(boolean patiently);
    }

    private final Used used;

    @SuppressWarnings("unused") // by its handle
    private boolean atWork;

    private volatile boolean closed;
    private boolean over; // guarded by this object's monitor

    /** Of something, which is ended when nobody uses it any more. */
    public Use(Used used) {
        this.used = used;
    }

    /** Begins a use, which {@link #end} ends. False when it is closed: then nothing has begun. */
    public boolean begin() {
        AT_WORK.setOpaque(this, true);
        Fences.often(); // pairs with close
        if (closed) {
            end();
            return false;
        }
        return true;
    }

    /** Ends the use; when it was closed meanwhile, what was used. */
    public void end() {
        AT_WORK.setRelease(this, false);
        Fences.often(); // pairs with close
        if (closed) {
            over(true);
        }
    }

    /** From now on no use begins. What is used ends now, or when the thread that is using it is done with that. Idempotent; waits for nobody. */
    public void close() {
        closed = true;
        Fences.seldom(); // pairs with begin and end
        if (!(boolean) AT_WORK.getAcquire(this)) {
            over(false);
        }
    }

    private synchronized void over(boolean patiently) {
        if (!over) {
            over = used.end(patiently);
        }
    }
}
