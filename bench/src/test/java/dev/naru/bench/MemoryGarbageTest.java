package dev.naru.bench;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.LockOutcome;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.SharedLock;
import dev.naru.memory.Waiting;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rings and locks make no garbage once the code is compiled: claim, commit, drain, lock and unlock. */
@ExtendWith(NoLeaks.class)
class MemoryGarbageTest {
    private static final int LENGTH = 32;
    private static final Duration NEARLY_NOTHING = Duration.ofNanos(1);

    @TempDir
    private Path folder;

    /** What is done with both ends of a ring, by one thread. */
    private interface Turn {
        void with(RingWriter writer, RingReader reader) throws Exception;
    }

    @Test
    void claimCommitAndDrain() throws Exception {
        Sum sum = new Sum();
        assertNoGarbage(1, (writer, reader) -> {
            expect(SendOutcome.CLAIMED, writer.claim(LENGTH));
            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), 7);
            writer.commit();
            expect(1, reader.drain(sum, 1));
        });
    }

    @Test
    void aBatchAndOneClaimThatIsGivenBack() throws Exception {
        Sum sum = new Sum();
        assertNoGarbage(1, (writer, reader) -> {
            for (int i = 0; i < 8; i++) {
                expect(SendOutcome.CLAIMED, writer.claim(LENGTH));
                writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), i);
                writer.stage();
            }
            expect(SendOutcome.CLAIMED, writer.claim(LENGTH));
            writer.abort();
            boolean _ = writer.publish();
            expect(8, reader.drain(sum, Integer.MAX_VALUE));
        });
    }

    @Test
    void offersOfCopies() throws Exception {
        MemorySegment message = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(LENGTH));
        Sum sum = new Sum();
        assertNoGarbage(1, (writer, reader) -> {
            expect(SendOutcome.SENT, writer.offer(message, 0, LENGTH));
            expect(1, reader.drain(sum, Integer.MAX_VALUE));
        });
    }

    @Test
    void aRingThatIsFullAndEmptyInTurn() throws Exception {
        Sum sum = new Sum();
        assertNoGarbage(1, (writer, reader) -> {
            while (writer.claim(LENGTH * 8) == SendOutcome.CLAIMED) {
                writer.commit();
            }
            while (reader.drain(sum, 2) > 0) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void aDrainOfManyLanes() throws Exception {
        Sum sum = new Sum();
        assertNoGarbage(4, (writer, reader) -> {
            expect(SendOutcome.CLAIMED, writer.claim(LENGTH));
            writer.commit();
            expect(1, reader.drain(sum, Integer.MAX_VALUE));
        });
    }

    @Test
    void aReaderThatSleepsUntilItsTimeIsOver() throws Exception {
        assertNoGarbage(1, (_, reader) -> {
            if (reader.await(NEARLY_NOTHING)) {
                throw new AssertionError("nobody sends");
            }
        });
    }

    private void assertNoGarbage(int lanes, Turn turn) throws Exception {
        Path file = folder.resolve("ring");
        try (Ring ring = Ring.create(file, RingSpec.manyToOne(lanes, 1 << 16));
                RingWriter writer = ring.writer(Waiting.park());
                RingReader reader = ring.reader(Waiting.park())) {
            Garbage.assertNone(0, () -> turn.with(writer, reader));
        }
    }

    @Test
    void lockAndUnlock() throws Exception {
        withLock(lock -> {
            expect(LockOutcome.ACQUIRED, lock.lock());
            lock.unlock();
        });
    }

    @Test
    void tryLockAndTheTimedForm() throws Exception {
        withLock(lock -> {
            expect(LockOutcome.ACQUIRED, lock.tryLock());
            lock.unlock();
            expect(LockOutcome.ACQUIRED, lock.lock(NEARLY_NOTHING));
            lock.unlock();
        });
    }

    /** What is done with a lock. */
    private interface Section {
        void with(SharedLock lock) throws Exception;
    }

    private void withLock(Section section) throws Exception {
        try (SharedLock lock = SharedLock.create(folder.resolve("lock"))) {
            Garbage.assertNone(0, () -> section.with(lock));
        }
    }

    /** No assertThat here: it makes garbage. */
    private static <T extends Enum<T>> void expect(T expected, T found) {
        if (found != expected) {
            throw new AssertionError(found);
        }
    }

    private static void expect(int expected, int found) {
        if (found != expected) {
            throw new AssertionError(found);
        }
    }

    /** Adds up first words. */
    private static final class Sum implements MessageHandler {
        private long sum;

        @Override
        public void onMessage(MemorySegment memory, long offset, int length) {
            sum += memory.get(ValueLayout.JAVA_LONG, offset);
        }

        @Override
        public String toString() {
            return "sum " + sum;
        }
    }
}
