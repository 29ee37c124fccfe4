package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Garbage;
import dev.naru.linux.testing.NoLeaks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The steady state makes no garbage: of many batches, when the compiler has seen enough, one allocates less than an object a
 * round. That it is 0 B/op is what the benchmarks show.
 */
@ExtendWith(NoLeaks.class)
class SharedGarbageTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    private static void assertNoGarbage(Garbage.Round round) throws Exception {
        assertThat(Garbage.fewestBytes(round)).as("bytes allocated a round").isLessThan(Garbage.SMALLEST_OBJECT);
    }

    @Test
    void claimCommitAndDrainMakeNone() throws Exception {
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 4096));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            long[] sum = new long[1];
            MessageHandler handler = (memory, offset, _) -> sum[0] += memory.get(ValueLayout.JAVA_LONG, offset);
            assertNoGarbage(() -> {
                if (writer.claim(32) == SendOutcome.CLAIMED) {
                    writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), 1);
                    writer.commit();
                }
                int _ = reader.drain(handler, 8);
            });
            assertThat(sum[0]).isPositive();
        }
    }

    @Test
    void offerAndSendMakeNone() throws Exception {
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            MemorySegment source = MemorySegment.ofArray(new long[4]);
            ByteBuffer buffer = ByteBuffer.allocate(32);
            MessageHandler handler = (_, _, _) -> {};
            assertNoGarbage(() -> {
                assertSent(writer.offer(source, 0, 32));
                writer.send(buffer.clear());
                int _ = reader.drain(handler, 8);
            });
        }
    }

    private static void assertSent(SendOutcome outcome) {
        if (outcome != SendOutcome.SENT) {
            throw new AssertionError(outcome);
        }
    }

    @Test
    void lockAndUnlockMakeNone() throws Exception {
        try (SharedLock lock = SharedLock.create(file())) {
            assertNoGarbage(() -> {
                if (lock.lock() == LockOutcome.ACQUIRED) {
                    lock.unlock();
                }
            });
        }
    }

    @Test
    void readingAndWritingUnderALockMakeNone() throws Exception {
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file())) {
            assertNoGarbage(() -> {
                if (lock.lockRead() == LockOutcome.ACQUIRED) {
                    lock.unlock();
                }
                if (lock.lockWrite() == LockOutcome.ACQUIRED) {
                    lock.unlock();
                }
            });
        }
    }

    @Test
    void anEventThatIsSetAndAConditionNobodyWaitsForMakeNone() throws Exception {
        try (SharedEvent event = SharedEvent.create(file());
                SharedLock lock = SharedLock.create(folder.resolve("lock"))) {
            SharedCondition condition = lock.condition(0);
            assertNoGarbage(() -> {
                event.set();
                event.await();
                event.reset();
                if (lock.lock() == LockOutcome.ACQUIRED) {
                    condition.signal();
                    condition.signalAll();
                    lock.unlock();
                }
            });
        }
    }

    @Test
    void aBarrierWhereAllHaveArrivedMakesNone() throws Exception {
        try (SharedBarrier barrier = SharedBarrier.create(file(), 1)) {
            assertNoGarbage(() -> {
                if (barrier.await() != BarrierOutcome.PASSED) {
                    throw new AssertionError();
                }
            });
        }
    }

    @Test
    void aBroadcastMakesNone() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader();
                BroadcastWriter writer = ring.writer()) {
            MemorySegment source = MemorySegment.ofArray(new long[4]);
            MessageHandler handler = (_, _, _) -> {};
            assertNoGarbage(() -> {
                assertSent(writer.offer(source, 0, 32));
                int _ = reader.drain(handler, 8);
            });
            assertThat(reader.missed()).isZero();
        }
    }
}
