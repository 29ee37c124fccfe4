package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.naru.linux.MemoryBarrier;
import dev.naru.memory.internal.Words;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * One thread begins to use an end of a ring, or is about to leave it, while another closes it; {@code RingEnd}, and {@code Use}
 * of the cursor of a topic, which has the same steps. The first result is whether the user saw that it is closed, the second
 * whether the closer saw that it is used.
 */
public final class RingClose {
    private RingClose() {}

    /** The steps of both, {@code Fences} in them. */
    abstract static class End {
        private static final boolean HAS_BARRIER = MemoryBarrier.isInThisProcess();

        final long cell = Cells.next();
        final long user = cell;
        final long closed = cell + 128;

        /** {@code RingEnd.enter}, and {@code leave} of nobody: whether it is closed. */
        final boolean use(long who) {
            Words.setRelease(Cells.MEMORY, user, who);
            if (HAS_BARRIER) {
                VarHandle.releaseFence();
            } else {
                VarHandle.fullFence();
            }
            return Words.getAcquire(Cells.MEMORY, closed) != 0;
        }

        final void close() {
            Words.setRelease(Cells.MEMORY, closed, 1);
        }

        final boolean isUsed() {
            return Words.getAcquire(Cells.MEMORY, user) != 0;
        }

        /** {@code RingEnd.close}: whether it is used. */
        final boolean closeAndLook() {
            Cells.meet(cell);
            close();
            Cells.fenceOfAll();
            return isUsed();
        }
    }

    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the user goes away")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "the closer waits, or leaves the end to the user")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "the user goes away, the closer waits for that")
    @Outcome(expect = FORBIDDEN, desc = "the user works where the closer has taken all away")
    @State
    public static class Enter extends End {
        @Actor
        public void user(ZZ_Result result) {
            Cells.meet(cell);
            result.r1 = use(1);
        }

        @Actor
        public void closer(ZZ_Result result) {
            result.r2 = closeAndLook();
        }
    }

    @JCStressTest
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "both end it: the second finds it ended")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "the closer ends it")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "the user ends it")
    @Outcome(expect = FORBIDDEN, desc = "each leaves the end to the other")
    @State
    public static class Leave extends End {
        Leave() {
            Words.set(Cells.MEMORY, user, 1);
        }

        @Actor
        public void user(ZZ_Result result) {
            Cells.meet(cell);
            result.r1 = use(0);
        }

        @Actor
        public void closer(ZZ_Result result) {
            result.r2 = closeAndLook();
        }
    }

    @JCStressTest
    @Mutant(value = "NO_CLOSE_BARRIER", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"true, false", "false, true", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, false", expect = ACCEPTABLE_INTERESTING, desc = "used where all was taken away")
    @State
    public static class NoBarrier extends End {
        @Actor
        public void user(ZZ_Result result) {
            result.r1 = use(1);
        }

        @Actor
        public void closer(ZZ_Result result) {
            close();
            result.r2 = isUsed();
        }
    }
}
