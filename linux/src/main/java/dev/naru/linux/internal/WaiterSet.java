package dev.naru.linux.internal;

/** Who sleeps in the name of one object that can be closed, which ends all their waits. Thread-safe. */
public final class WaiterSet {
    /** Guarded by this object's monitor. */
    private final WaiterList waiters = new WaiterList();

    private volatile boolean closed;

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed;
    }

    /** Makes all look again, who then find it closed. */
    public synchronized void close() {
        closed = true;
        waiters.wakeAll();
    }

    /** False when closed already: nobody would wake the waiter. */
    public synchronized boolean add(Waiter waiter) {
        if (closed) {
            return false;
        }
        waiters.add(waiter);
        return true;
    }

    /** Takes one out, if it is in. */
    public synchronized void remove(Waiter waiter) {
        waiters.remove(waiter);
    }
}
