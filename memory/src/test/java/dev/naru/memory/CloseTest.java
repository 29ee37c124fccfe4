package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Ends and locks that another thread closes, at whatever instruction the one that uses them is. */
@ExtendWith(NoLeaks.class)
class CloseTest {
    private static final int ROUNDS = 200;
    private static final int MOST_TURNS = 1_000;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("closed");
    }

    /** What a thread does until what it uses is closed. */
    private interface Use {
        void untilClosed() throws Exception;
    }

    /** Lets a thread work, and closes what it uses somewhere on its way; it must end as if nothing but that had happened. */
    private static void closeAmid(Use use, AutoCloseable used, AtomicLong turns, long turn) throws Exception {
        FutureTask<Boolean> work = new FutureTask<>(() -> {
            use.untilClosed();
            return Thread.currentThread().isInterrupted();
        });
        long end = turns.get() + turn;
        Thread thread = Thread.ofPlatform().start(work);
        while (turns.get() < end && thread.isAlive()) {
            Thread.onSpinWait();
        }
        used.close();
        assertThat(work.get()).as("interrupted by closing").isFalse();
    }

    private static SplittableRandom random() {
        long seed = System.nanoTime();
        System.out.println("CloseTest: seed " + seed);
        return new SplittableRandom(seed);
    }

    @Test
    void aWriterThatIsClosedAnywhereHasSentWhatItCommitted() throws Exception {
        // given
        SplittableRandom random = random();
        AtomicLong committed = new AtomicLong();
        long received = 0;
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(1 << 18));
                RingReader reader = ring.reader()) {
            for (int round = 0; round < ROUNDS; round++) {
                // when
                RingWriter writer = ring.writer(Waiting.busy());
                closeAmid(
                        () -> {
                            while (writer.claim(8) == SendOutcome.CLAIMED) {
                                writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), committed.get());
                                writer.commit();
                                committed.setRelease(committed.get() + 1);
                            }
                        },
                        writer,
                        committed,
                        random.nextInt(MOST_TURNS));

                // then
                long[] next = {received};
                while (reader.drain(
                                (memory, offset, _) -> assertThat(memory.get(ValueLayout.JAVA_LONG, offset))
                                        .isEqualTo(next[0]++),
                                1_000)
                        > 0) {}
                received = next[0];
                assertThat(received).isEqualTo(committed.get());
            }
        }
    }

    @Test
    void aReaderThatIsClosedAnywhereLeavesTheRestToTheNext() throws Exception {
        // given
        SplittableRandom random = random();
        AtomicLong received = new AtomicLong();
        long sent = 0;
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(1 << 18));
                RingWriter writer = ring.writer()) {
            for (int round = 0; round < ROUNDS; round++) {
                while (sent - received.get() < MOST_TURNS) {
                    send(writer, sent++);
                }

                // when
                RingReader reader = ring.reader(Waiting.busy());
                closeAmid(
                        () -> {
                            MessageHandler inOrder = (memory, offset, _) -> {
                                assertThat(memory.get(ValueLayout.JAVA_LONG, offset))
                                        .isEqualTo(received.get());
                                received.setRelease(received.get() + 1);
                            };
                            while (reader.drain(inOrder, 7) != ReceivingEnd.CLOSED) {}
                        },
                        reader,
                        received,
                        random.nextInt(MOST_TURNS));
            }

            // then
            try (RingReader last = ring.reader()) {
                long[] next = {received.get()};
                while (last.drain((memory, offset, _) -> next[0]++, 1_000) > 0) {}
                assertThat(next[0]).isEqualTo(sent);
            }
        }
    }

    @Test
    void aLockThatIsClosedAnywhereIsFreeOrItsOwners() throws Exception {
        // given
        SplittableRandom random = random();
        AtomicLong sections = new AtomicLong();
        try (SharedLock other = SharedLock.create(file())) {
            for (int round = 0; round < ROUNDS; round++) {
                // when
                SharedLock lock = SharedLock.open(file());
                long[] inside = new long[1];
                closeAmid(
                        () -> {
                            try {
                                while (true) {
                                    LockOutcome _ = lock.lock();
                                    inside[0]++;
                                    sections.setRelease(sections.get() + 1);
                                    inside[0]--;
                                    lock.unlock();
                                }
                            } catch (ClosedChannelException closed) {
                                // as it should be
                            }
                        },
                        lock,
                        sections,
                        random.nextInt(MOST_TURNS));

                // then
                assertThat(other.tryLock()).isNotEqualTo(LockOutcome.HELD);
                assertThat(inside[0]).isZero();
                other.unlock();
            }
        }
    }

    @Test
    void aReadWriteLockThatIsClosedAnywhereIsFree() throws Exception {
        // given
        SplittableRandom random = random();
        AtomicLong sections = new AtomicLong();
        try (SharedReadWriteLock other = SharedReadWriteLock.create(file())) {
            for (int round = 0; round < ROUNDS; round++) {
                // when
                SharedReadWriteLock lock = SharedReadWriteLock.open(file());
                boolean writes = round % 4 == 0;
                closeAmid(
                        () -> {
                            try {
                                while (true) {
                                    LockOutcome _ = writes ? lock.lockWrite() : lock.lockRead();
                                    sections.setRelease(sections.get() + 1);
                                    lock.unlock();
                                }
                            } catch (ClosedChannelException closed) {
                                // as it should be
                            }
                        },
                        lock,
                        sections,
                        random.nextInt(MOST_TURNS));

                // then
                assertThat(other.tryLockWrite()).isNotEqualTo(LockOutcome.HELD);
                other.unlock();
                assertThat(other.readers()).isEmpty();
            }
        }
    }

    /** More closers than carriers, while those that they wait for were woken by a platform thread. */
    @Test
    void virtualThreadsThatCloseLetThoseThatTheyWaitForRun() throws Exception {
        int ends = 16;
        for (int round = 0; round < 20; round++) {
            // given
            List<Ring> rings = new ArrayList<>();
            List<RingWriter> writers = new ArrayList<>();
            List<RingReader> readers = new ArrayList<>();
            for (int i = 0; i < ends; i++) {
                Ring ring = Ring.create(folder.resolve("ring-" + round + "-" + i), RingSpec.oneToOne(4096));
                rings.add(ring);
                writers.add(ring.writer());
                readers.add(ring.reader(Waiting.park()));
            }
            List<Thread> threads = new ArrayList<>();
            for (RingReader reader : readers) {
                threads.add(Thread.ofVirtual().start(() -> receiveUntilClosed(reader)));
            }

            // when
            for (RingWriter writer : writers) {
                send(writer, 1);
            }
            for (RingReader reader : readers) {
                threads.add(Thread.ofVirtual().start(() -> closeQuietly(reader)));
            }

            // then
            for (Thread thread : threads) {
                thread.join();
            }
            for (Ring ring : rings) {
                ring.reader().close();
                ring.close();
            }
        }
    }

    private static void receiveUntilClosed(RingReader reader) {
        try {
            while (true) {
                byte[] _ = reader.receive();
            }
        } catch (ClosedChannelException closed) {
            // as it should be
        } catch (IOException | InterruptedException wrong) {
            throw new AssertionError(wrong);
        }
    }

    @Test
    void aClaimOutlivesTheCloseOfItsWriterByAnotherThread() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingReader reader = ring.reader()) {
            RingWriter writer = ring.writer();
            assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);

            // when
            inAnotherThread(writer::close);

            // then
            assertTaken(ring);
            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), 42);
            writer.commit();
            assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLOSED);
            ring.writer().close();
            long[] seen = new long[1];
            assertThat(reader.drain((memory, offset, _) -> seen[0] = memory.get(ValueLayout.JAVA_LONG, offset), 2))
                    .isEqualTo(1);
            assertThat(seen[0]).isEqualTo(42);
        }
    }

    @Test
    void aClaimThatItsOwnThreadClosesIsGivenBack() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingReader reader = ring.reader()) {
            try (RingWriter writer = ring.writer()) {
                // when
                assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
            }

            // then
            ring.writer().close();
            assertThat(reader.tryReceive()).isEmpty();
        }
    }

    @Test
    void aRingEndsWithTheLastClaim() throws Exception {
        // given
        Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
        RingWriter writer = ring.writer();
        assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);

        // when
        inAnotherThread(ring::close);

        // then
        try (Ring again = Ring.open(file())) {
            assertTaken(again);
            writer.abort();
            again.writer().close();
        }
    }

    private static void assertTaken(Ring ring) {
        assertThatThrownBy(ring::writer)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.LANES_TAKEN));
    }

    @Test
    void aHandlerOutlivesTheCloseOfItsReader() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer()) {
            send(writer, 1);
            send(writer, 2);
            RingReader reader = ring.reader();
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch closed = new CountDownLatch(1);
            long[] seen = new long[1];
            FutureTask<Integer> work = new FutureTask<>(() -> reader.drain(
                    (memory, offset, _) -> {
                        inside.countDown();
                        await(closed);
                        seen[0] = memory.get(ValueLayout.JAVA_LONG, offset);
                    },
                    10));
            Thread.ofPlatform().start(work);
            inside.await();

            // when
            reader.close();

            // then
            assertThatThrownBy(ring::reader).isInstanceOf(ErrnoException.class);
            closed.countDown();
            assertThat(work.get()).isEqualTo(1);
            assertThat(seen[0]).isEqualTo(1);
            assertNext(ring, 2);
        }
    }

    @Test
    void aHandlerMayCloseItsReader() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer()) {
            send(writer, 1);
            send(writer, 2);
            RingReader reader = ring.reader();

            // when
            int handled = reader.drain((_, _, _) -> closeQuietly(reader), 10);

            // then
            assertThat(handled).isEqualTo(1);
            assertNext(ring, 2);
        }
    }

    private static void send(RingWriter writer, long number) {
        assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
        writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), number);
        writer.commit();
    }

    private static void assertNext(Ring ring, long number) throws IOException {
        try (RingReader next = ring.reader()) {
            long[] seen = new long[1];
            int handled = next.drain((memory, offset, _) -> seen[0] = memory.get(ValueLayout.JAVA_LONG, offset), 10);
            assertThat(handled).isEqualTo(1);
            assertThat(seen[0]).isEqualTo(number);
        }
    }

    private static void closeQuietly(RingReader reader) {
        try {
            reader.close();
        } catch (IOException refused) {
            throw new AssertionError(refused);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void inAnotherThread(Action action) throws Exception {
        FutureTask<Boolean> work = new FutureTask<>(() -> {
            action.run();
            return true;
        });
        Thread.ofPlatform().start(work);
        assertThat(work.get()).isTrue();
    }
}
