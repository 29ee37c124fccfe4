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
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Who sleeps has marked the word, and the owner who unlocks finds the mark. */
public final class LockMark {
    private LockMark() {}

    /** Owned by 1. */
    abstract static class Owned extends LockSteps {
        Owned() {
            Words.set(MEMORY, word, LockLayout.ownedBy(1));
        }

        /** {@code SharedLock.acquire}: marks the word, and has the kernel compare it. Whether it sleeps. */
        final boolean sleeps() {
            long seen = Words.getOpaque(MEMORY, word);
            if (LockLayout.owner(seen) == 0) {
                return false;
            }
            long waited = seen | LockLayout.WAITED;
            return Words.compareAndSet(MEMORY, word, seen, waited) && Words.getOpaque(MEMORY, word) == waited;
        }
    }

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "nobody sleeps")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "marked, and awake again before it slept")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "sleeps and is woken")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "sleeps, and nobody wakes")
    @State
    public static class Sound extends Owned {
        @Actor
        public void owner(ZZ_Result result) {
            result.r1 = unlock(0);
        }

        @Actor
        public void waiter(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }

    @JCStressTest
    @Mutant("PLAIN_UNLOCK")
    @Outcome(
            id = {"false, false", "true, false", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "the mark came between load and store")
    @State
    public static class PlainUnlock extends Owned {
        @Actor
        public void owner(ZZ_Result result) {
            long old = Words.getOpaque(MEMORY, word);
            Words.setRelease(MEMORY, word, 0);
            result.r1 = (old & LockLayout.WAITED) != 0;
        }

        @Actor
        public void waiter(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }
}
