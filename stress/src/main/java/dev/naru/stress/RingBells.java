package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.Words;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Two lanes ring the one bell: it never goes back to what a sleeper waits for. */
public final class RingBells {
    private RingBells() {}

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "both rings count")
    @Outcome(expect = FORBIDDEN, desc = "a ring is lost")
    @State
    public static class Sound extends LaneSteps {
        @Actor
        public void first() {
            long _ = Words.getAndAdd(MEMORY, bell, 1);
        }

        @Actor
        public void second() {
            long _ = Words.getAndAdd(MEMORY, bell, 1);
        }

        @Arbiter
        public void end(J_Result result) {
            result.r1 = Words.get(MEMORY, bell);
        }
    }

    @JCStressTest
    @Mutant("BELL_PLAIN")
    @Outcome(id = "2", expect = ACCEPTABLE)
    @Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "a ring is lost")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class PlainBell extends LaneSteps {
        private void ringPlainly() {
            Words.setRelease(MEMORY, bell, Words.getAcquire(MEMORY, bell) + 1);
        }

        @Actor
        public void first() {
            ringPlainly();
        }

        @Actor
        public void second() {
            ringPlainly();
        }

        @Arbiter
        public void end(J_Result result) {
            result.r1 = Words.get(MEMORY, bell);
        }
    }
}
