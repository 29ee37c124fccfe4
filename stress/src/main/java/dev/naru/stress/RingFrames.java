package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.Words;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A batch comes at once, and behind its last frame there is nothing: not what lay there since an earlier lap. */
public final class RingFrames {
    private static final int FORGED = -1;
    private static final int MOST = 3;

    private RingFrames() {}

    /** Two frames, and what is left of an earlier lap: payloads that look like words. */
    abstract static class Batch extends LaneSteps {
        final long second = frame + FRAME;
        final long behind = second + FRAME;

        Batch() {
            Words.set(MEMORY, second, WORD);
            Words.set(MEMORY, behind, WORD);
        }

        /** {@code LaneEnd.walk}, or a reader's way: how many messages there are. */
        final int read() {
            int messages = 0;
            boolean _ = awaitSent();
            while (messages < MOST && Words.getAcquire(MEMORY, frame + messages * FRAME) != 0) {
                messages++;
            }
            boolean whole = messages == 0 || (messages == 2 && isWhole(frame, 5) && isWhole(second, 6));
            return whole ? messages : FORGED;
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "not sent yet")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "both, whole")
    @Outcome(expect = FORBIDDEN, desc = "one without the other, or what nobody sent")
    @State
    public static class Sound extends Batch {
        @Actor
        public void writer() {
            meet();
            write(frame, 5);
            write(second, 6);
            Words.set(MEMORY, second, WORD);
            Words.set(MEMORY, behind, 0);
            publish();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant("FIRST_EARLY")
    @Outcome(
            id = {"0", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "what nobody sent")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class FirstEarly extends Batch {
        @Actor
        public void writer() {
            meet();
            write(frame, 5);
            publish();
            write(second, 6);
            Words.set(MEMORY, second, WORD);
            Words.set(MEMORY, behind, 0);
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant("ZERO_LATE")
    @Outcome(
            id = {"0", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "what nobody sent")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ZeroLate extends Batch {
        @Actor
        public void writer() {
            meet();
            write(frame, 5);
            write(second, 6);
            Words.set(MEMORY, second, WORD);
            publish();
            Cells.pause(); // as if it were stopped there
            Words.setOpaque(MEMORY, behind, 0);
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }
}
