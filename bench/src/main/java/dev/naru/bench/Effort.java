package dev.naru.bench;

import java.util.List;

/**
 * How long a run takes.
 *
 * @param rounds how many pairs
 * @param judged whether bars are judged
 * @param trips round trips a round
 * @param bytes bytes a round
 * @param warmUpTrips round trips of our JVMs before the first round
 * @param warmUpBytes bytes of our JVMs before the first round
 */
record Effort(int rounds, boolean judged, long trips, long bytes, long warmUpTrips, long warmUpBytes) {
    /** Fewer pairs than these say nothing on a machine that does other things too. */
    static final int FEWEST_ROUNDS = 5;

    private static final int DEFAULT_ROUNDS = 15;
    private static final long MIB = 1 << 20;

    /** A measurement: each round takes about half a second, and JVMs are compiled and warm. */
    static Effort full() {
        return new Effort(DEFAULT_ROUNDS, true, 3_000, 1024 * MIB, 100_000, 16_384 * MIB);
    }

    /** Shows that everything works, and measures nothing. */
    static Effort brief() {
        return new Effort(2, false, 200, 16 * MIB, 200, 16 * MIB);
    }

    /** What JVMs are started with: where nothing is judged, as for a short life. */
    List<String> options() {
        return judged ? List.of() : List.of("-XX:TieredStopAtLevel=1");
    }

    Effort withRounds(int other) {
        return new Effort(other, judged, trips, bytes, warmUpTrips, warmUpBytes);
    }
}
