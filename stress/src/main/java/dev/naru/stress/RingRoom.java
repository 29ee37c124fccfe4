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

/** A writer goes to sleep for room while the reader makes some: the kernel finds the head moved, or the reader wakes it. */
public final class RingRoom {
    private RingRoom() {}

    /** The steps of both. */
    abstract static class Room extends LaneSteps {
        /** {@code RingReader.wakeWriter} after its fence. */
        final boolean wakes() {
            return Words.getOpaque(MEMORY, roomArmed) > 0;
        }

        final void arm() {
            Words.setOpaque(MEMORY, roomArmed, 1);
        }

        /** What the kernel does. */
        final boolean sleeps() {
            return Words.getOpaque(MEMORY, head) == 0;
        }
    }

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "there is room")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "there is room, and a wake too many")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(id = "false, true", expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Sound extends Room {
        @Actor
        public void reader(ZZ_Result result) {
            makeRoom();
            VarHandle.fullFence();
            result.r1 = wakes();
        }

        @Actor
        public void writer(ZZ_Result result) {
            arm();
            VarHandle.fullFence();
            result.r2 = sleeps();
        }
    }

    @JCStressTest
    @Mutant("NO_HEAD_FENCE")
    @Outcome(
            id = {"false, false", "true, false", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "a lost wake-up")
    @State
    public static class NoReaderFence extends Room {
        @Actor
        public void reader(ZZ_Result result) {
            makeRoom();
            result.r1 = wakes();
        }

        @Actor
        public void writer(ZZ_Result result) {
            arm();
            VarHandle.fullFence();
            result.r2 = sleeps();
        }
    }

    @JCStressTest
    @Mutant("NO_ROOM_FENCE")
    @Outcome(
            id = {"false, false", "true, false", "true, true"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, true", expect = ACCEPTABLE_INTERESTING, desc = "a lost wake-up")
    @State
    public static class NoWriterFence extends Room {
        @Actor
        public void reader(ZZ_Result result) {
            makeRoom();
            VarHandle.fullFence();
            result.r1 = wakes();
        }

        @Actor
        public void writer(ZZ_Result result) {
            arm();
            result.r2 = sleeps();
        }
    }
}
