package dev.naru.memory;

/** How a wait for a {@link SharedCondition} ended. In each case the caller has the lock again. */
public enum ConditionOutcome {
    /** Somebody has signalled, or it only looks so: look at what was waited for. */
    SIGNALLED,
    /**
     * The lock came back with {@link LockOutcome#OWNER_DIED}, whether anybody has signalled or not: repair what it guards, then
     * {@link SharedCondition#signalAll signal} to those whom the dead one would have told.
     */
    OWNER_DIED,
    /** The time is over, and nobody has signalled. */
    TIMED_OUT
}
