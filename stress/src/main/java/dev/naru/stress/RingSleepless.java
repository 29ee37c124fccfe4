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
 * The word by which a reader says that it does not sleep, with {@link RingBell}'s results. It had said so, takes it back, sleeps,
 * and looks again when the barrier is made that it then owes.
 *
 * <p>Between processes that barrier takes tens of milliseconds. Here, where all are threads of one process, the quick one for
 * those stands for it.
 */
public final class RingSleepless {
    private RingSleepless() {}

    /** The steps of both; {@code Sleepless}. */
    abstract static class Word extends RingBell.Bell {
        private static final boolean HAS_BARRIER = MemoryBarrier.isInThisProcess();

        final long sleepless = bell + 64;

        Word() {
            Words.set(MEMORY, sleepless, HAS_BARRIER ? 1 : 0);
        }

        /** {@code RingWriter.wakeReader}. */
        final boolean sendAndLook() {
            publish();
            VarHandle.releaseFence();
            if (Words.getOpaque(MEMORY, sleepless) == 1) {
                return false;
            }
            VarHandle.fullFence();
            return rings();
        }

        /** Takes it back and goes to sleep; {@code Sleepless}, {@code RingReader.arm}. */
        final int takeBackAndSleep() {
            Words.setOpaque(MEMORY, sleepless, 2);
            return sleep();
        }
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "it sees the message")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "it sees the message, or hears the bell before it sleeps")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class TakenBack extends Word {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = sendAndLook();
        }

        @Actor
        public void reader(ZI_Result result) {
            meet();
            int slept = takeBackAndSleep();
            Cells.fenceOfAll();
            result.r2 = isSent() ? RingBell.AWAKE : slept;
        }
    }

    @JCStressTest
    @Mutant(value = "NO_BARRIER", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoBarrier extends Word {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = sendAndLook();
        }

        @Actor
        public void reader(ZI_Result result) {
            result.r2 = takeBackAndSleep();
        }
    }

    @JCStressTest
    @Mutant(value = "CALL_FIRST", seen = Mutant.Seen.WITH_MEMBARRIER)
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class BarrierFirst extends Word {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = sendAndLook();
        }

        @Actor
        public void reader(ZI_Result result) {
            Cells.fenceOfAll();
            meet();
            int slept = takeBackAndSleep();
            result.r2 = isSent() ? RingBell.AWAKE : slept;
        }
    }
}
