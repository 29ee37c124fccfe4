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
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The reader goes to sleep while a writer sends: it looks again in time, or the writer rings. The first result is whether the
 * writer rang, the second what the reader does: 0 awake, 1 asleep until the first ring, 2 asleep until a second one, which
 * never comes. (The kernel compares the word and wakes under one lock: a ring after the compare finds the sleeper.)
 */
public final class RingBell {
    static final int AWAKE = 0;

    private RingBell() {}

    /** The steps of both. */
    abstract static class Bell extends LaneSteps {
        final boolean send() {
            publish();
            VarHandle.fullFence();
            return rings();
        }

        /** {@code RingReader.arm}, then the futex. */
        final int sleep() {
            long expected = Words.getAcquire(MEMORY, bell);
            Words.setOpaque(MEMORY, armed, 1);
            VarHandle.fullFence();
            return isSent() ? AWAKE : compare(expected);
        }

        /** What the kernel does. */
        final int compare(long expected) {
            return Words.getOpaque(MEMORY, bell) == expected ? 1 + (int) expected : AWAKE;
        }
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "it sees the message")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "it sees the message, or hears the bell before it sleeps")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "it sleeps and is woken")
    @Outcome(expect = FORBIDDEN, desc = "a lost wake-up")
    @State
    public static class Sound extends Bell {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = send();
        }

        @Actor
        public void reader(ZI_Result result) {
            result.r2 = sleep();
        }
    }

    @JCStressTest
    @Mutant("NO_PROD_FENCE")
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoWriterFence extends Bell {
        @Actor
        public void writer(ZI_Result result) {
            publish();
            result.r1 = rings();
        }

        @Actor
        public void reader(ZI_Result result) {
            result.r2 = sleep();
        }
    }

    @JCStressTest
    @Mutant("NO_CONS_FENCE")
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "false, 1", expect = ACCEPTABLE_INTERESTING, desc = "it sleeps, and nobody rings")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NoReaderFence extends Bell {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = send();
        }

        @Actor
        public void reader(ZI_Result result) {
            long expected = Words.getAcquire(MEMORY, bell);
            Words.setOpaque(MEMORY, armed, 1);
            result.r2 = isSent() ? AWAKE : compare(expected);
        }
    }

    @JCStressTest
    @Mutant("NO_RECHECK")
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(
            id = {"false, 1", "true, 2"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "it sleeps, and nobody rings")
    @State
    public static class NoRecheck extends Bell {
        @Actor
        public void writer(ZI_Result result) {
            result.r1 = send();
        }

        @Actor
        public void reader(ZI_Result result) {
            long expected = Words.getAcquire(MEMORY, bell);
            Words.setOpaque(MEMORY, armed, 1);
            VarHandle.fullFence();
            result.r2 = compare(expected);
        }
    }

    @JCStressTest
    @Mutant("BELL_LATE")
    @Outcome(
            id = {"false, 0", "true, 0", "true, 1"},
            expect = ACCEPTABLE)
    @Outcome(id = "true, 2", expect = ACCEPTABLE_INTERESTING, desc = "it waits for the next ring, which never comes")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class BellLate extends Bell {
        @Actor
        public void writer(ZI_Result result) {
            meet();
            result.r1 = send();
        }

        @Actor
        public void reader(ZI_Result result) {
            meet();
            Words.setOpaque(MEMORY, armed, 1);
            VarHandle.fullFence();
            boolean sent = isSent();
            Cells.pause(); // as if it were stopped there
            result.r2 = sent ? AWAKE : compare(Words.getAcquire(MEMORY, bell));
        }
    }
}
