package dev.naru.bench;

/** What a race measures, and which direction is better. */
enum Metric {
    /** The median time of a round trip. */
    ROUND_TRIP("ns", "lower"),
    /** A percentile of the times that a thing took. */
    LATENCY("ns", "lower"),
    /** Bytes moved per time, in 10^6 bytes a second. */
    BANDWIDTH("MB/s", "higher"),
    /** Messages per time, in 10^3 messages a second. */
    MESSAGES("kmsg/s", "higher"),
    /** The mean time of a call, or of a pair of them. */
    CALL("ns", "lower"),
    /** The time that a process had a core. */
    CPU("ns", "lower");

    private static final double BYTES_A_NANO_TO_MEGABYTES = 1e3; // bytes a ns are 10^9 bytes a second
    private static final double MESSAGES_A_NANO_TO_THOUSANDS = 1e6;

    private final String unit;
    private final String better;

    Metric(String unit, String better) {
        this.unit = unit;
        this.better = better;
    }

    String unit() {
        return unit;
    }

    /** {@code lower} or {@code higher}. */
    String better() {
        return better;
    }

    boolean lowerIsBetter() {
        return better.equals("lower");
    }

    /** The figure of a round that took, or used, so many ns. */
    double figure(Work work, Work.Amount amount, long nanos) {
        return switch (this) {
            case ROUND_TRIP, LATENCY, CPU -> nanos;
            case CALL -> (double) nanos / amount.count();
            case BANDWIDTH -> work.bytes(amount) * BYTES_A_NANO_TO_MEGABYTES / nanos;
            case MESSAGES -> amount.count() * MESSAGES_A_NANO_TO_THOUSANDS / nanos;
        };
    }
}
