package dev.naru.linux.internal;

import org.jspecify.annotations.Nullable;

/** A sleeper that {@code close} must wake. A link of one {@link WaiterList}. */
public abstract class Waiter {
    /** The next in the list, which alone touches it. */
    @Nullable
    Waiter next;

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
