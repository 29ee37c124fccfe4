package dev.naru.linux;

import dev.naru.linux.internal.Waiter;
import dev.naru.linux.internal.WaiterSet;
import java.io.Closeable;

/**
 * Who sleeps, in {@link Futex#await} or in a call that has no descriptor, in the name of one object, such as a lock or a ring, so that closing the object ends
 * all their waits at once.
 *
 * <p>Thread-safe. It is of this process alone: nothing of it stands in shared memory.
 */
public final class Sleepers implements Closeable {
    private final WaiterSet waiters = new WaiterSet();

    private Sleepers() {}

    /** Nobody yet. */
    public static Sleepers create() {
        return new Sleepers();
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return waiters.isOpen();
    }

    /** Ends every wait, also those to come. Idempotent; any thread may call it. */
    @Override
    public void close() {
        waiters.close();
    }

    WaiterSet waiters() {
        return waiters;
    }

    boolean add(Waiter waiter) {
        return waiters.add(waiter);
    }

    void remove(Waiter waiter) {
        waiters.remove(waiter);
    }
}
