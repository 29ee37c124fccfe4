package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Words;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two find a dead owner: one of them takes over. */
public final class LockTakeover {
    private LockTakeover() {}

    /** Owned by one who is dead: its sign of life is 0. */
    abstract static class Orphaned extends LockSteps {
        Orphaned() {
            Words.set(MEMORY, word, LockLayout.ownedBy(DEAD));
        }
    }

    @JCStressTest
    @Outcome(
            id = {"2, 0", "0, 2"},
            expect = ACCEPTABLE,
            desc = "one takes over and is told")
    @Outcome(expect = FORBIDDEN, desc = "both, or none")
    @State
    public static class Sound extends Orphaned {
        @Actor
        public void first(II_Result result) {
            result.r1 = take(1);
        }

        @Actor
        public void second(II_Result result) {
            result.r2 = take(2);
        }
    }

    @JCStressTest
    @Mutant("BLIND")
    @Outcome(
            id = {"2, 0", "0, 2"},
            expect = ACCEPTABLE)
    @Outcome(id = "2, 2", expect = ACCEPTABLE_INTERESTING, desc = "a living owner is robbed")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "each saw the other")
    @State
    public static class Blind extends Orphaned {
        /** Not from the value that was tested, but from the one that is there by now. */
        private int takeBlindly(long id) {
            if (isAlive(LockLayout.owner(Words.getOpaque(MEMORY, word)))) {
                return IN_VAIN;
            }
            long now = Words.getOpaque(MEMORY, word);
            boolean taken = Words.compareAndExchangeAcquire(MEMORY, word, now, LockLayout.ownedBy(id)) == now;
            return taken ? OWNER_DIED : IN_VAIN;
        }

        @Actor
        public void first(II_Result result) {
            result.r1 = takeBlindly(1);
        }

        @Actor
        public void second(II_Result result) {
            result.r2 = takeBlindly(2);
        }
    }
}
