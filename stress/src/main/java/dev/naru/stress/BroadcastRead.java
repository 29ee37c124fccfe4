package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A reader copies a message while the writer overwrites it: it accepts the whole one, or knows that it was overtaken. */
public final class BroadcastRead {
    private BroadcastRead() {}

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "overtaken, and known")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the whole message")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "a torn one is accepted")
    @State
    public static class Sound extends BroadcastSteps {
        @Actor
        public void writer() {
            meet();
            send();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant("NO_INTENT")
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn one is accepted")
    @State
    public static class IntentLate extends BroadcastSteps {
        @Actor
        public void writer() {
            meet();
            overwrite();
            VarHandle.storeStoreFence();
            intend(); // as if the reader looked at the tail
            publish();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant("NO_RECHECK")
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn one is accepted")
    @State
    public static class NoRecheck extends BroadcastSteps {
        @Actor
        public void writer() {
            meet();
            send();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = accept(copy(), 0);
        }
    }

    @JCStressTest
    @Mutant(value = "NO_STORE_FENCE", seen = Mutant.Seen.WEAK_MEMORY)
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn one is accepted")
    @State
    public static class NoStoreFence extends BroadcastSteps {
        @Actor
        public void writer() {
            meet();
            intend();
            overwrite();
            publish();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant(value = "NO_LOAD_FENCE", seen = Mutant.Seen.WEAK_MEMORY)
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn one is accepted")
    @State
    public static class NoLoadFence extends BroadcastSteps {
        @Actor
        public void writer() {
            meet();
            send();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = judge(copy());
        }
    }
}
