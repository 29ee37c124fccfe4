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
import org.openjdk.jcstress.infra.results.IZ_Result;

/** A section fails half-way and gives the lock back dirty: the next one is told, and sees what was changed. */
public final class LockDirty {
    private LockDirty() {}

    /** Owned by 1, who lives. */
    abstract static class Owned extends LockSteps {
        Owned() {
            Words.set(MEMORY, word, LockLayout.ownedBy(1));
        }

        final void next(IZ_Result result) {
            result.r1 = take(2);
            result.r2 = result.r1 != IN_VAIN && isFilled(1);
        }
    }

    @JCStressTest
    @Outcome(id = "0, false", expect = ACCEPTABLE, desc = "held")
    @Outcome(id = "2, true", expect = ACCEPTABLE, desc = "told, and the change is seen")
    @Outcome(expect = FORBIDDEN, desc = "not told, or the change is not seen")
    @State
    public static class Sound extends Owned {
        @Actor
        public void owner() {
            fill(1);
            boolean _ = unlock(LockLayout.DIRTY);
        }

        @Actor
        public void heir(IZ_Result result) {
            next(result);
        }
    }

    @JCStressTest
    @Mutant("LOSE_DIRTY")
    @Outcome(id = "0, false", expect = ACCEPTABLE)
    @Outcome(id = "1, true", expect = ACCEPTABLE_INTERESTING, desc = "half changed, and nobody is told")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class LoseDirty extends Owned {
        @Actor
        public void owner() {
            fill(1);
            boolean _ = unlock(0);
        }

        @Actor
        public void heir(IZ_Result result) {
            next(result);
        }
    }
}
