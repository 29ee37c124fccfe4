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
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * Who pays for the fences of {@link RingBell}, with its results. The reader before had promised to make the writer's fence. It
 * keeps that promise before it sleeps; or the next reader takes the role over, and promises nothing.
 */
public final class RingBarrier {
    private RingBarrier() {}

    /** The steps of both; {@code Fences}. */
    abstract static class Promise extends RingBell.Bell {
        private static final boolean REGISTERED = MemoryBarrier.register();

        final long promise = bell + 64;

        Promise() {
            Words.set(MEMORY, promise, 1);
        }

        /** {@code Fences.afterStore} in it. */
        final boolean sendByPromise() {
            publish();
            if (!REGISTERED || Words.getOpaque(MEMORY, promise) == 0) {
                VarHandle.fullFence();
            } else {
                VarHandle.releaseFence();
            }
            return rings();
        }

        final void arm() {
            Words.setOpaque(MEMORY, armed, 1);
        }

        final void fenceEverywhere() {
            if (!MemoryBarrier.everywhere()) {
                VarHandle.fullFence();
            }
        }
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "it sees the message")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "it sees the message, or hears the bell before it sleeps")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Kept extends Promise {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = sendByPromise();
        }

        @Actor
        public void reader(ZI_Result result) {
            meet();
            long expected = Words.getAcquire(MEMORY, bell);
            arm();
            fenceEverywhere();
            result.r2 = isSent() ? RingBell.AWAKE : compare(expected);
        }
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "it sees the message")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "it sees the message, or hears the bell before it sleeps")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class TakenOver extends Promise {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = sendByPromise();
        }

        @Actor
        public void reader(ZI_Result result) {
            meet();
            Words.setOpaque(MEMORY, promise, 0);
            fenceEverywhere();
            result.r2 = sleep();
        }
    }

    @JCStressTest
    @Mutant(value = "NO_MEMBARRIER", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoMembarrier extends Promise {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = sendByPromise();
        }

        @Actor
        public void reader(ZI_Result result) {
            result.r2 = sleep();
        }
    }

    @JCStressTest
    @Mutant(value = "ARM_LATE", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ArmLate extends Promise {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = sendByPromise();
        }

        @Actor
        public void reader(ZI_Result result) {
            long expected = Words.getAcquire(MEMORY, bell);
            fenceEverywhere();
            meet();
            arm();
            result.r2 = isSent() ? RingBell.AWAKE : compare(expected);
        }
    }

    @JCStressTest
    @Mutant(value = "NO_TAKEOVER_BARRIER", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoTakeoverBarrier extends Promise {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = sendByPromise();
        }

        @Actor
        public void reader(ZI_Result result) {
            Words.setOpaque(MEMORY, promise, 0);
            result.r2 = sleep();
        }
    }
}
