package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.memory.internal.Words;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A producer dies before it stores its tail, and the next one takes its lane over: it finds the very end, and goes on from
 * there. The first result is whether it took over, the second whether what was sent stands. Of the sign of life:
 * {@link LockDeath}; that one of many gets the role: {@link LockTakeover}.
 */
public final class RingTakeover {
    private static final int MOST = 2;

    private RingTakeover() {}

    /** The lane of one who lives yet. */
    abstract static class Owned extends LaneSteps {
        final long life = lane + 896;

        Owned() {
            Words.set(MEMORY, life, 1);
        }

        final void die() {
            Words.setRelease(MEMORY, life, 0);
        }

        final boolean isDead() {
            boolean dead = Words.getOpaque(MEMORY, life) == 0;
            VarHandle.acquireFence();
            return dead;
        }

        /** {@code RingWriter.send}, from that place on. */
        final void send(long at, long value) {
            write(at, value);
            Words.set(MEMORY, at + FRAME, 0);
            Words.setRelease(MEMORY, at, WORD);
        }

        /** {@code LaneEnd.walk} from the tail, which is 0 yet. */
        final long end() {
            long end = frame;
            while (end < frame + MOST * FRAME && Words.getAcquire(MEMORY, end) != 0) {
                end += FRAME;
            }
            return end;
        }

        /** Whether those messages are there, and no other. */
        final boolean has(boolean first, boolean second) {
            long expected = frame + (first ? FRAME : 0) + (second ? FRAME : 0);
            return end() == expected && (!first || isWhole(frame, 5)) && (!second || isWhole(expected - FRAME, 6));
        }
    }

    @JCStressTest
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "it lives")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "the next one's message comes behind")
    @Outcome(expect = FORBIDDEN, desc = "something sent is lost")
    @State
    public static class Sound extends Owned {
        @Actor
        public void owner() {
            meet();
            send(frame, 5);
            die();
        }

        @Actor
        public void heir(ZZ_Result result) {
            meet();
            for (int look = 0; look < 100 && !result.r1; look++) {
                if (isDead()) {
                    send(end(), 6);
                    result.r1 = true;
                }
            }
        }

        @Arbiter
        public void end(ZZ_Result result) {
            result.r2 = has(true, result.r1);
        }
    }

    @JCStressTest
    @Mutant("NO_WALK")
    @Outcome(id = "false, true", expect = ACCEPTABLE)
    @Outcome(id = "true, false", expect = ACCEPTABLE_INTERESTING, desc = "it wrote over what was sent")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoWalk extends Owned {
        @Actor
        public void owner() {
            meet();
            send(frame, 5);
            die();
        }

        @Actor
        public void heir(ZZ_Result result) {
            meet();
            for (int look = 0; look < 100 && !result.r1; look++) {
                if (isDead()) {
                    send(frame, 6);
                    result.r1 = true;
                }
            }
        }

        @Arbiter
        public void end(ZZ_Result result) {
            result.r2 = has(true, result.r1);
        }
    }

    @JCStressTest
    @Mutant("STEAL")
    @Outcome(id = "true, true", expect = ACCEPTABLE)
    @Outcome(id = "true, false", expect = ACCEPTABLE_INTERESTING, desc = "two producers in one lane")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class Steal extends Owned {
        @Actor
        public void owner() {
            meet();
            send(frame, 5);
            die();
        }

        @Actor
        public void heir(ZZ_Result result) {
            meet();
            send(end(), 6);
            result.r1 = true;
        }

        @Arbiter
        public void end(ZZ_Result result) {
            result.r2 = has(true, result.r1);
        }
    }
}
