package dev.naru.linux;

import dev.naru.linux.internal.Waiter;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * Who sleeps in {@link Futex#await} in the name of one object, such as a lock or a ring, so that closing the object ends
 * all their waits at once.
 *
 * <p>Thread-safe. It is of this process alone: nothing of it stands in shared memory.
 */
public final class Sleepers implements Closeable {
    private @Nullable Waiter first;
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
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            waiter.wake();
        }
    }

    /** False when closed already: nobody would wake the waiter. */
    synchronized boolean add(Waiter waiter) {
        if (closed) {
            return false;
        }
        waiter.next = first;
        first = waiter;
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // this one waiter, not one like it
    synchronized void remove(Waiter waiter) {
        if (first == waiter) {
            first = waiter.next;
        } else {
            for (Waiter before = first; before != null; before = before.next) {
                if (before.next == waiter) {
                    before.next = waiter.next;
                    break;
                }
            }
        }
        waiter.next = null;
    }
}
