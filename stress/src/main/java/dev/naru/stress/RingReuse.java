package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.Words;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A full lane: the writer overwrites a frame only when the reader is done with it. */
public final class RingReuse {
    private RingReuse() {}

    /** One message, which fills the lane. */
    abstract static class Full extends LaneSteps {
        Full() {
            write(frame, 5);
            Words.set(MEMORY, frame, WORD);
        }

        /** {@code RingWriter.claim}, and the next message. */
        final void overwrite() {
            if (Words.getAcquire(MEMORY, head) == FRAME) {
                write(frame, 6);
            }
        }
    }

    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "the whole message")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "overwritten in the hand of the reader")
    @State
    public static class Sound extends Full {
        @Actor
        public void reader(Z_Result result) {
            meet();
            result.r1 = isWhole(frame, 5);
            makeRoom();
        }

        @Actor
        public void writer() {
            meet();
            overwrite();
        }
    }

    @JCStressTest
    @Mutant("HEAD_FIRST")
    @Outcome(id = "true", expect = ACCEPTABLE)
    @Outcome(id = "false", expect = ACCEPTABLE_INTERESTING, desc = "overwritten in the hand of the reader")
    @State
    public static class HeadFirst extends Full {
        @Actor
        public void reader(Z_Result result) {
            meet();
            makeRoom();
            result.r1 = isWhole(frame, 5);
        }

        @Actor
        public void writer() {
            meet();
            overwrite();
        }
    }
}
