package dev.naru.linux.internal;

import org.jspecify.annotations.Nullable;

/** A sleeper that {@code close} must wake. A link of its descriptor's list, whose monitor guards {@link #next}. */
public abstract class Waiter {
    /** The next in the list; only the descriptor touches it. */
    public @Nullable Waiter next;

    Waiter() {}

    /** Makes the sleeper look again. May come too early, too late, or twice. */
    public abstract void wake();

    /** Another link that wakes the same sleeper: one for the list of a second descriptor. */
    public final Waiter relay() {
        Waiter sleeper = this;
        return new Waiter() {
            @Override
            public void wake() {
                sleeper.wake();
            }
        };
    }
}
