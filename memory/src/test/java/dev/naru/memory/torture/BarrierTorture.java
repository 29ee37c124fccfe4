package dev.naru.memory.torture;

import dev.naru.memory.BarrierOutcome;
import dev.naru.memory.SharedBarrier;
import java.nio.file.Path;

/**
 * Parties of one barrier that are killed at any moment. Each says in the journal which phase it comes for before it waits, so who
 * passes sees that all others have come.
 */
public final class BarrierTorture {
    static final int ERROR = 0;
    static final int BROKEN = 1;
    static final int PASSED = 2;
    static final int COMES_FOR = 8;
    static final int TURNS_OF = 64;

    private BarrierTorture() {}

    /**
     * Arguments: barrier, journal, number of this life, its number among the parties, how many there are, and {@code sound} or
     * {@code no-wait}, which takes NOT_YET for PASSED.
     */
    static final class Party {
        private Party() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            int own = Integer.parseInt(arguments[3]);
            int parties = Integer.parseInt(arguments[4]);
            boolean waits = !arguments[5].equals("no-wait");
            try (SharedBarrier barrier = SharedBarrier.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]))) {
                for (long turn = 1; ; turn++) {
                    long phase =
                            barrier.phase(); // it goes on only with us: nobody else can end it meanwhile but by a break
                    journal.set(COMES_FOR + own, phase + 1);
                    BarrierOutcome outcome = waits ? barrier.await() : barrier.tryAwait();
                    if (outcome == BarrierOutcome.BROKEN) {
                        journal.count(BROKEN);
                        barrier.reset();
                    } else {
                        journal.count(PASSED);
                        for (int other = 0; other < parties; other++) {
                            if (journal.get(COMES_FOR + other) < phase + 1) {
                                journal.set(ERROR, 1);
                            }
                        }
                    }
                    journal.set(TURNS_OF + life, turn);
                }
            }
        }
    }
}
