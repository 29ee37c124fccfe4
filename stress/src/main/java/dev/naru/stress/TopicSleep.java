package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A cursor that has read all goes to sleep while somebody appends: the kernel finds the number moved, or it is woken. */
public final class TopicSleep {
    private TopicSleep() {}

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "it sees the record")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "it sees the record, and a wake too many")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Sound extends TopicSteps {
        @Actor
        public void writer(ZZ_Result result) {
            flip(1);
            VarHandle.fullFence();
            result.r1 = wakes();
        }

        @Actor
        public void reader(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }

    @JCStressTest
    @Mutant("no fence of who appends")
    @Outcome(
            id = {"false, false", "true, false", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "a lost wake-up")
    @State
    public static class NoWriterFence extends TopicSteps {
        @Actor
        public void writer(ZZ_Result result) {
            flip(1);
            result.r1 = wakes();
        }

        @Actor
        public void reader(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }
}
