package dev.naru.bench;

/** What a race measures, and which direction is better. */
enum Metric {
    /** The median time of a round trip. */
    ROUND_TRIP("ns", "lower"),
    /** Bytes moved per time, in 10^6 bytes a second. */
    BANDWIDTH("MB/s", "higher");

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
        return this == ROUND_TRIP;
    }
}
