package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who watches a lane copies a message that the producer writes over: it shows the whole one, or knows that it was overtaken. */
public final class RingObserver {
    private static final int OVERTAKEN = 0;
    private static final int WHOLE = 1;
    private static final int TORN = -1;

    private static final long UNTOUCHED = new RingGeometry(1, RingLayout.LEAST_LANE).untouched();

    private RingObserver() {}

    /** One message, as far behind the tail as it may be. */
    abstract static class Watched extends LaneSteps {
        final long tail = lane + RingLayout.TAIL;

        Watched() {
            write(frame, 5);
            Words.set(MEMORY, frame, WORD);
            Words.set(MEMORY, tail, UNTOUCHED);
        }

        /** {@code RingWriter.storeTail}, and a later message. */
        final void goOn() {
            Words.setRelease(MEMORY, tail, UNTOUCHED + FRAME);
            VarHandle.storeStoreFence();
            write(frame, 6);
        }

        /** {@code RingTap.look}: the copy, which is compared at once. */
        final boolean copy() {
            return Words.getAcquire(MEMORY, frame) == WORD && isWhole(frame, 5);
        }
    }

    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "overtaken, and known")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "the whole message")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "a torn one is shown")
    @State
    public static class Sound extends Watched {
        @Actor
        public void writer() {
            meet();
            goOn();
        }

        @Actor
        public void observer(I_Result result) {
            meet();
            boolean whole = copy();
            VarHandle.loadLoadFence();
            boolean stands = Words.getOpaque(MEMORY, tail) <= UNTOUCHED;
            result.r1 = !stands ? OVERTAKEN : whole ? WHOLE : TORN;
        }
    }

    @JCStressTest
    @Mutant("TAP_BLIND")
    @Outcome(id = "1", expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a torn one is shown")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Blind extends Watched {
        @Actor
        public void writer() {
            meet();
            goOn();
        }

        @Actor
        public void observer(I_Result result) {
            meet();
            result.r1 = copy() ? WHOLE : TORN;
        }
    }
}
