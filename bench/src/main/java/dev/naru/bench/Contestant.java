package dev.naru.bench;

import java.io.Closeable;
import java.io.IOException;

/** One of the two who run a race, each with processes of its own. */
sealed interface Contestant extends Closeable
        permits NaruContestant,
                QueueContestant,
                SocketContestant,
                RelayContestant,
                JvmContestant,
                ClientContestant,
                RpcContestant,
                CContestant {
    /**
     * Does the work once.
     *
     * @return ns: the median of the round trips, or what all of it took
     */
    long round(Work.Amount amount) throws IOException, InterruptedException;

    /** Does so much that what it runs is compiled; nothing where it was compiled before. */
    void warmUp(Work.Amount amount) throws IOException, InterruptedException;
}
