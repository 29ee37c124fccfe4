package dev.naru.bench;

/** What became of a race. */
sealed interface Result {
    /** The race. */
    Race race();

    /**
     * It was run.
     *
     * @param naru the median of our figures
     * @param peerValue the median of the peer's
     * @param ratio the median of the ratios of the pairs, ours over the peer's
     * @param rounds how many pairs
     */
    record Ran(Race race, double naru, double peerValue, double ratio, int rounds) implements Result {}

    /**
     * It could not be run here.
     *
     * @param reason why, and what helps
     */
    record Skipped(Race race, String reason) implements Result {}
}
