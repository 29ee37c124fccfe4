package dev.naru.memory;

/** How an attempt to take a {@link SharedLock} ended. */
public enum LockOutcome {
    /** It is the caller's, and what it guards is as its last owner left it. */
    ACQUIRED(true),
    /**
     * It is the caller's, but the last owner died in its section, or gave up there: what it guards may be half changed.
     * Repair it before it is used; if the repair fails, {@link SharedLock#unlockDirty}.
     */
    OWNER_DIED(true),
    /** The time is over, and somebody else has it. */
    TIMED_OUT(false),
    /** Somebody who lives has it, and the call was not to wait. */
    HELD(false);

    private final boolean taken;

    LockOutcome(boolean taken) {
        this.taken = taken;
    }

    /** Whether the caller has the lock now, and has to unlock it. */
    public boolean isTaken() {
        return taken;
    }
}
