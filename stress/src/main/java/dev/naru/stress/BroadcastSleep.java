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
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A reader that has read all goes to sleep while the writer sends: the kernel finds the tail moved, or the writer wakes it. */
public final class BroadcastSleep {
    private BroadcastSleep() {}

    /** The steps of both. */
    abstract static class Sleep extends BroadcastSteps {
        /** {@code BroadcastReader.arm}, then the futex. */
        final boolean sleeps() {
            while (true) {
                long before = Words.getOpaque(MEMORY, armed);
                if (before > BYTES || Words.compareAndSet(MEMORY, armed, before, BYTES + 1)) {
                    break;
                }
            }
            VarHandle.fullFence();
            return Words.getAcquire(MEMORY, tail) == BYTES && Words.getOpaque(MEMORY, tail) == BYTES;
        }

        /** {@code BroadcastWriter.wakeReaders} after its fence. */
        final boolean wakes() {
            return Words.getOpaque(MEMORY, armed) > 0;
        }
    }

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "it sees the message")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "it sees the message, and a wake too many")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Sound extends Sleep {
        @Actor
        public void writer(ZZ_Result result) {
            publish();
            VarHandle.fullFence();
            result.r1 = wakes();
        }

        @Actor
        public void reader(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }

    @JCStressTest
    @Mutant("no fence of the producer")
    @Outcome(
            id = {"false, false", "true, false", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "a lost wake-up")
    @State
    public static class NoWriterFence extends Sleep {
        @Actor
        public void writer(ZZ_Result result) {
            publish();
            result.r1 = wakes();
        }

        @Actor
        public void reader(ZZ_Result result) {
            result.r2 = sleeps();
        }
    }
}
