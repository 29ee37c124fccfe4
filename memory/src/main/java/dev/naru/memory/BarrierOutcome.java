package dev.naru.memory;

/** How a wait at a {@link SharedBarrier} ended. */
public enum BarrierOutcome {
    /** All parties have arrived; the next phase has begun. */
    PASSED,
    /**
     * A party died before it arrived, {@link SharedBarrier#brokenBy}: all are told so, and nobody passes any more, until
     * somebody {@linkplain SharedBarrier#reset resets} it.
     */
    BROKEN,
    /** Not all have arrived yet. The next wait of this party goes on with this one: it has arrived, as a rule. */
    NOT_YET
}
