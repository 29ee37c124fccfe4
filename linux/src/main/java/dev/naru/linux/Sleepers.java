package dev.naru.linux;

import dev.naru.linux.internal.Waiter;
import dev.naru.linux.internal.WaiterList;
import java.io.Closeable;

/**
 * Who sleeps in {@link Futex#await} in the name of one object, such as a lock or a ring, so that closing the object ends
 * all their waits at once.
 *
 * <p>Thread-safe. It is of this process alone: nothing of it stands in shared memory.
 */
public final class Sleepers implements Closeable {
    /** Guarded by this object's monitor. */
    private final WaiterList waiters = new WaiterList();

    private volatile boolean closed;

    private Sleepers() {}

    /** Nobody yet. */
    public static Sleepers create() {
        return new Sleepers();
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed;
    }

    /** Ends every wait, also those to come, with {@link Futex.Outcome#CLOSED}. Idempotent; any thread may call it. */
    @Override
    public synchronized void close() {
        closed = true;
        waiters.wakeAll();
    }

    /** False when closed already: nobody would wake the waiter. */
    synchronized boolean add(Waiter waiter) {
        if (closed) {
            return false;
        }
        waiters.add(waiter);
        return true;
    }

    synchronized void remove(Waiter waiter) {
        waiters.remove(waiter);
    }
}
