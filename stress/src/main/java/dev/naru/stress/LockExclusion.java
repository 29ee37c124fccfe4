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

/** One at a time is in the section, and sees what the one before has stored. */
public final class LockExclusion {
    private LockExclusion() {}

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the first, then the second")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the second, then the first")
    @Outcome(expect = FORBIDDEN, desc = "both at once, or the second sees nothing of the first")
    @State
    public static class Sound extends LockSteps {
        @Actor
        public void first(II_Result result) {
            lock(1);
            result.r1 = section();
            boolean _ = unlock(0);
        }

        @Actor
        public void second(II_Result result) {
            lock(2);
            result.r2 = section();
            boolean _ = unlock(0);
        }
    }

    @JCStressTest
    @Mutant("the lock is taken by a load and a store")
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE)
    @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "both at once")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NotAtomic extends LockSteps {
        private void lockByStore(long id) {
            while (Words.getAcquire(MEMORY, word) != 0) {
                Thread.onSpinWait();
            }
            Words.setOpaque(MEMORY, word, LockLayout.ownedBy(id));
        }

        @Actor
        public void first(II_Result result) {
            lockByStore(1);
            result.r1 = section();
            boolean _ = unlock(0);
        }

        @Actor
        public void second(II_Result result) {
            lockByStore(2);
            result.r2 = section();
            boolean _ = unlock(0);
        }
    }
}
