package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.Words;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A reader that has read all looks at the tail: who sees it moved sees the whole message. */
public final class BroadcastPublish {
    private static final int NOTHING = 2;

    private BroadcastPublish() {}

    /** Its reader. */
    abstract static class Read extends BroadcastSteps {
        final int readNext() {
            if (Words.getAcquire(MEMORY, tail) == BYTES) {
                return NOTHING;
            }
            long sequence = copy();
            VarHandle.loadLoadFence();
            return Words.getOpaque(MEMORY, intent) > 2 * BYTES ? OVERTAKEN : accept(sequence, 1);
        }
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "not sent yet")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the whole message")
    @Outcome(expect = FORBIDDEN, desc = "a torn one, or taken for overtaken")
    @State
    public static class Sound extends Read {
        @Actor
        public void writer() {
            meet();
            send();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = readNext();
        }
    }

    @JCStressTest
    @Mutant("COMMIT_FIRST")
    @Outcome(
            id = {"1", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn message")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CommitFirst extends Read {
        @Actor
        public void writer() {
            meet();
            intend();
            VarHandle.storeStoreFence();
            publish();
            overwrite();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = readNext();
        }
    }
}
