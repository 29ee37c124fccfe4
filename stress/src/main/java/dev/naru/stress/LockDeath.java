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
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * An owner dies in its section. The next one takes over only when the sign of life is gone, is told, and sees all that the
 * dead one has stored. The kernel drops the sign after the memory, with a lock between: a release store stands for that.
 */
public final class LockDeath {
    private static final int NOT_WHOLE = -1;

    private LockDeath() {}

    /** Owned by one who lives yet. */
    abstract static class Owned extends LockSteps {
        Owned() {
            Words.set(MEMORY, word, LockLayout.ownedBy(DEAD));
            Words.set(MEMORY, life, 1);
        }

        final int heir() {
            int outcome = take(2);
            return outcome == OWNER_DIED && !isFilled(1) ? NOT_WHOLE : outcome;
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "it lives")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "it died: told, and its stores are seen")
    @Outcome(expect = FORBIDDEN, desc = "not told, or not all of its stores are seen")
    @State
    public static class Sound extends Owned {
        @Actor
        public void owner() {
            meet();
            fill(1);
            Words.setRelease(MEMORY, life, 0);
        }

        @Actor
        public void heir(I_Result result) {
            meet();
            result.r1 = heir();
        }
    }

    @JCStressTest
    @Mutant("the sign of life goes before the last store")
    @Outcome(
            id = {"0", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "the dead one still stores")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class LifeFirst extends Owned {
        @Actor
        public void owner() {
            meet();
            Words.setRelease(MEMORY, life, 0);
            fill(1);
        }

        @Actor
        public void heir(I_Result result) {
            meet();
            result.r1 = heir();
        }
    }
}
