package dev.naru.bench;

import java.io.Closeable;
import java.io.IOException;

/** One of the two who run a race, each with two processes. */
sealed interface Contestant extends Closeable permits NaruContestant, CContestant {
    /**
     * Does the work once.
     *
     * @return ns: the median of the round trips, or what all the bytes took
     */
    long round(Work.Amount amount) throws IOException, InterruptedException;
}
