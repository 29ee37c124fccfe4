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

/** Who sees the word of a frame sees the whole frame. */
public final class RingPublish {
    private static final int NOTHING = 0;
    private static final int WHOLE = 1;
    private static final int TORN = -1;

    private RingPublish() {}

    /** Its reader. */
    abstract static class Read extends LaneSteps {
        final int read() {
            if (!awaitSent()) {
                return NOTHING;
            }
            return isWhole(frame, 5) ? WHOLE : TORN;
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "not sent yet")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the whole message")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "a torn one")
    @State
    public static class Sound extends Read {
        @Actor
        public void writer() {
            meet();
            write(frame, 5);
            publish();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant("COMMIT_FIRST")
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn message")
    @State
    public static class CommitFirst extends Read {
        @Actor
        public void writer() {
            meet();
            publish();
            write(frame, 5);
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }

    @JCStressTest
    @Mutant(value = "no release of the word", seen = Mutant.Seen.WEAK_MEMORY)
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn message")
    @State
    public static class PlainWord extends Read {
        @Actor
        public void writer() {
            meet();
            write(frame, 5);
            Words.setOpaque(MEMORY, frame, WORD);
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = read();
        }
    }
}
