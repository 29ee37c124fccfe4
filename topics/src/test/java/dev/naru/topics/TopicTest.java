package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Waiting;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Appending and reading in one process. */
@ExtendWith(NoLeaks.class)
class TopicTest {
    private static final int SMALL = 1 << 16;
    private static final long WOKEN_AT = 392;

    @TempDir
    Path folder;

    private Store store;

    @BeforeEach
    void create() throws Exception {
        store = Store.create(folder);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private static void append(Topic topic, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            var _ = topic.append("k" + i, "v" + i);
        }
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "v" + i).toList();
    }

    @Test
    void whatWasAppendedIsReadInOrder() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            append(topic, 0, 1200);

            assertThat(Logs.values(topic)).isEqualTo(numbered(0, 1200));
        }
    }

    @Test
    void aRecordComesBackAsItWas() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            // when
            var appended = topic.append(NewRecord.of("key", "value \u00e9")
                    .withHeader("one", "1")
                    .withHeader(Header.of("none", (byte[]) null))
                    .withTimestamp(123));
            var _ = topic.append((String) null, null);

            // then
            assertThat(appended).isEqualTo(new Appended(0, 0));
            List<TopicRecord> records = cursor.tryPoll();
            assertThat(records).hasSize(2);
            assertThat(records.getFirst().key()).isEqualTo("key");
            assertThat(records.getFirst().value()).isEqualTo("value \u00e9");
            assertThat(records.getFirst().timestamp()).isEqualTo(123);
            assertThat(records.getFirst().headers())
                    .containsExactly(Header.of("one", "1"), Header.of("none", (byte[]) null));
            assertThat(records.getLast().key()).isNull();
            assertThat(records.getLast().value()).isNull();
            assertThat(records.getLast().offset()).isEqualTo(1);
            assertThat(cursor.tryPoll()).isEmpty();
        }
    }

    @Test
    void aCursorReadsThroughManySegments() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SMALL));
                Cursor cursor = topic.read(Start.earliest())) {
            List<String> read = new ArrayList<>();
            for (int i = 0; i < 6000; i += 500) {
                append(topic, i, i + 500);
                cursor.tryPoll().forEach(record -> read.add(record.value()));
            }
            assertThat(Logs.segments(Logs.partition(folder, "t", 0))).hasSizeGreaterThan(4);
            assertThat(read).isEqualTo(numbered(0, 6000));
            assertThat(Logs.values(topic)).isEqualTo(numbered(0, 6000)); // also one that begins now
        }
    }

    @Test
    void aCursorBeginsWhereItIsTold() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SMALL))) {
            append(topic, 0, 3000);
            for (int offset : new int[] {0, 1, 777, 1500, 2999, 3000}) {
                try (Cursor cursor = topic.read(Start.offset(offset))) {
                    List<TopicRecord> records = cursor.tryPoll();
                    if (offset < 3000) {
                        assertThat(records.getFirst().offset()).isEqualTo(offset);
                        assertThat(records.getFirst().value()).isEqualTo("v" + offset);
                    } else {
                        assertThat(records).isEmpty();
                    }
                }
            }
            try (Cursor cursor = topic.read(Start.latest())) {
                assertThat(cursor.tryPoll()).isEmpty();
                append(topic, 3000, 3001);
                assertThat(cursor.tryPoll()).extracting(TopicRecord::value).containsExactly("v3000");
                assertThat(cursor.position(0)).isEqualTo(3001);
            }
        }
    }

    @Test
    void anOffsetThatIsNotThereIsRefusedWithThoseThatAre() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            append(topic, 0, 3);

            assertThatThrownBy(() -> topic.read(Start.offset(4)))
                    .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                        assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE);
                        assertThat(refused.limit()).isEqualTo("it has 0 to 3");
                        assertThat(refused.value()).isEqualTo("offset 4");
                    });
        }
    }

    @Test
    void aKeyStaysInItsPartitionAndNoKeyReachesAll() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(4))) {
            int first = topic.append("a", "1").partition();
            assertThat(topic.append("a", "2").partition()).isEqualTo(first);
            assertThat(topic.append(NewRecord.of("a", "3").toPartition((first + 1) % 4))
                            .partition())
                    .isEqualTo((first + 1) % 4);

            byte[] large = new byte[20_000];
            boolean[] reached = new boolean[4];
            for (int i = 0; i < 40; i++) {
                reached[topic.append(null, large).partition()] = true;
            }
            assertThat(reached).containsOnly(true);
            assertThat(Logs.all(topic)).hasSize(43);
            try (Cursor cursor = topic.read(first, Start.earliest())) {
                assertThat(cursor.tryPoll())
                        .allSatisfy(record -> assertThat(record.partition()).isEqualTo(first));
            }
        }
    }

    @Test
    void whatIsClaimedIsSeenWhenItIsPublishedAndNotWhenItIsGivenUp() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 8, 5);
            writer.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), 42);
            writer.abort();
            writer.claim(TopicWriter.NONE, 8, 6);
            writer.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), 43);
            assertThat(cursor.tryPoll()).isEmpty();

            assertThat(writer.publish()).isZero();

            long[] seen = new long[2];
            assertThat(cursor.drain(
                            record -> {
                                seen[0] = record.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, record.valueOffset());
                                seen[1] = record.timestamp();
                            },
                            10))
                    .isEqualTo(1);
            assertThat(seen).containsExactly(43, 6);
        }
    }

    @Test
    void aBatchThatIsFullSaysSo() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.BATCH_OVERHEAD + 2 * TopicWriter.mostBytes(0, 100));
            int records = 0;
            while (writer.next(TopicWriter.NONE, 100, 1)) {
                records++;
            }
            assertThat(writer.count()).isEqualTo(records);
            assertThat(writer.publish()).isZero();

            assertThat(records).isEqualTo(2);
            assertThat(Logs.all(topic)).hasSize(2);
            assertThatThrownBy(writer::publish).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anotherThreadCannotEndAClaim() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 1, 1);

            assertThat(Task.start(ThreadKind.PLATFORM, writer::publish).failure())
                    .isInstanceOf(IllegalMonitorStateException.class);
            assertThat(Task.start(ThreadKind.PLATFORM, () -> {
                                writer.abort();
                                return null;
                            })
                            .failure())
                    .isInstanceOf(IllegalMonitorStateException.class);

            assertThat(writer.publish()).isZero();
        }
    }

    @Test
    void nothingIsLaidOutWhenTheTopicWasClosed() throws Exception {
        Topic topic = store.create("t", TopicSpec.partitions(1));
        TopicWriter writer = topic.writer(0);
        writer.claim(10_000);

        topic.close();

        assertThat(writer.next(TopicWriter.NONE, 8, 1)).isFalse();
        assertThat(writer.memory().byteSize()).isZero();
        assertThatThrownBy(writer::publish).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void aLengthThatIsNoneIsRefusedBeforeTheLockIsTaken() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            assertThatThrownBy(() -> writer.claim(-2, 8, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.claim(0, -2, 1)).isInstanceOf(IllegalArgumentException.class);

            assertThat(topic.append("a", "b").offset()).isZero();
        }
    }

    @Test
    void aBatchLargerThanASegmentIsRefusedWithBothSizes() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SMALL))) {
            assertThatThrownBy(() -> topic.append(null, new byte[SMALL]))
                    .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                        assertThat(refused.problem()).isEqualTo(Problem.BATCH_TOO_LARGE);
                        assertThat(refused.limit()).isEqualTo("segment.bytes=65536");
                    });
            assertThat(topic.append("a", "b").offset()).isZero();
        }
    }

    @Test
    void aHandlerThatThrowsGetsThatRecordAgain() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            append(topic, 0, 3);
            assertThatThrownBy(() -> cursor.drain(
                            record -> {
                                if (record.offset() == 1) {
                                    throw new IllegalArgumentException("no");
                                }
                            },
                            10))
                    .isInstanceOf(IllegalArgumentException.class);

            assertThat(cursor.tryPoll()).extracting(TopicRecord::offset).containsExactly(1L, 2L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSleepingCursorIsWoken(ThreadKind kind) throws Exception {
        for (int partitions = 1; partitions <= 3; partitions += 2) {
            try (Topic topic = store.create("t" + partitions, TopicSpec.partitions(partitions));
                    Cursor cursor = topic.read(Start.earliest(), Waiting.park())) {
                var reader = Task.start(kind, cursor::poll).awaitWaitingOrInFutex();

                var _ = topic.append(NewRecord.of("k", "v").toPartition(partitions - 1));

                assertThat(reader.result()).extracting(TopicRecord::value).containsExactly("v");
                assertThat(Logs.word(Logs.partition(folder, topic.name(), partitions - 1), WOKEN_AT))
                        .as("it was woken, and did not look by itself")
                        .isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInterruptEndsAWaitAndTheCursorStaysUsable(int partitions) throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(partitions));
                Cursor cursor = topic.read(Start.earliest(), Waiting.park())) {
            var reader = Task.start(ThreadKind.PLATFORM, cursor::poll).awaitWaitingOrInFutex();

            assertThat(reader.interrupt().failure()).isInstanceOf(InterruptedException.class);

            append(topic, 0, 1);
            assertThat(cursor.poll()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingTheTopicEndsItsWaits(int partitions) throws Exception {
        Topic topic = store.create("t", TopicSpec.partitions(partitions));
        Cursor cursor = topic.read(Start.earliest(), Waiting.park());
        var reader = Task.start(ThreadKind.VIRTUAL, cursor::poll).awaitWaitingOrInFutex();

        topic.close();

        assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(cursor.isOpen()).isFalse();
        assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(Cursor.CLOSED);
        assertThatThrownBy(() -> topic.append("a", "b")).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aLogThatIsShorterThanPublishedIsDamaged() throws Exception {
        // given
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            for (int i = 0; i < 5; i++) {
                var _ = topic.append(null, new byte[10_000]);
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(
                Logs.segments(Logs.partition(folder, "t", 0)).getFirst().toFile(), "rw")) {
            file.setLength(12_288);
        }

        // then
        try (Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.earliest())) {
            for (int i = 0; i < 2; i++) {
                assertDamaged(cursor::tryPoll);
                assertDamaged(() -> cursor.drain(_ -> {}, 10));
                assertDamaged(() -> topic.append("a", "b"));
            }
        }
    }

    private static void assertDamaged(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        damaged -> assertThat(damaged.problem()).isEqualTo(Problem.DAMAGED_LOG));
    }

    @Test
    void aPollChecksABatchThatADrainHasBegun() throws Exception {
        // given
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            var _ = topic.append(List.of(NewRecord.of("a", "1"), NewRecord.of("b", "2"), NewRecord.of("c", "3")));
            Path log = Logs.segments(Logs.partition(folder, "t", 0)).getFirst();
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
                file.seek(77); // the value of the second record
                int before = file.read();
                file.seek(77); // the value of the second record
                file.write(before ^ 1);
            }

            // when
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);

            // then
            assertDamaged(cursor::tryPoll);
            assertThat(cursor.drain(_ -> {}, 10)).isEqualTo(2);
        }
    }

    @Test
    void aHandlerMayNotReadOnByItsCursor() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            append(topic, 0, 3);

            assertThatThrownBy(() -> cursor.drain(
                            _ -> {
                                try {
                                    var _ = cursor.tryPoll();
                                } catch (IOException failed) {
                                    throw new AssertionError(failed);
                                }
                            },
                            10))
                    .isInstanceOf(IllegalStateException.class);

            assertThat(cursor.position(0)).isZero();
            assertThat(cursor.tryPoll()).hasSize(3);
        }
    }

    @Test
    void aCloseDoesNotWaitForAHandlerThatWritesItsRecordSomewhere() throws Exception {
        Path fifo = folder.resolve("fifo");
        var _ = Foreign.output("mkfifo", fifo.toString());
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                RandomAccessFile both = new RandomAccessFile(fifo.toFile(), "rw");
                Descriptor far = Descriptor.open(fifo, Descriptor.Access.READ)) {
            // given a handler whose system call uses the memory of its record, and waits
            var _ = topic.append(null, new byte[1 << 20]);
            Cursor cursor = topic.read(Start.earliest());
            var reader = Task.start(ThreadKind.PLATFORM, () -> cursor.drain(record -> write(record, fifo), 1));
            Await.until("the FIFO is full", () -> far.queued() == 64 << 10);

            // when
            cursor.close();

            // then
            assertThat(reader.isDone()).isFalse();
            both.readFully(new byte[1 << 20]);
            assertThat(reader.result()).isEqualTo(1);
        }
    }

    private static void write(RecordView record, Path to) {
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
            MemorySegment value = record.memory().asSlice(record.valueOffset(), record.valueLength());
            assertThat(channel.write(value.asByteBuffer())).isEqualTo(record.valueLength());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aHandlerMayCloseItsCursor() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            append(topic, 0, 3);
            Cursor cursor = topic.read(Start.earliest());

            assertThat(cursor.drain(_ -> cursor.close(), 10)).isEqualTo(1);

            assertThat(cursor.drain(_ -> {}, 10)).isEqualTo(Cursor.CLOSED);
        }
    }

    @Test
    void aCursorMayBeClosedWhileAnotherThreadReads() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SMALL))) {
            append(topic, 0, 5000);
            for (int i = 0; i < 300; i++) {
                Cursor cursor = topic.read(Start.earliest());
                CountDownLatch begun = new CountDownLatch(1 + i);
                AtomicLong sum = new AtomicLong();
                var reader = Task.start(ThreadKind.PLATFORM, () -> {
                    int answer;
                    do {
                        answer = cursor.drain(
                                record -> {
                                    begun.countDown();
                                    sum.addAndGet(record.memory().get(ValueLayout.JAVA_BYTE, record.valueOffset()));
                                },
                                1 + (int) (sum.get() % 7));
                    } while (answer > 0);
                    return answer;
                });
                begun.await();

                cursor.close();

                assertThat(reader.result()).isIn(Cursor.CLOSED, 0);
            }
        }
    }

    @Test
    void aTimedPollAnswersNoneWhenNothingComes() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(2));
                Cursor cursor = topic.read(Start.earliest(), Waiting.park())) {
            assertThat(cursor.poll(Duration.ofMillis(3))).isEmpty();
            assertThat(cursor.await(Duration.ZERO)).isFalse();
        }
    }

    @Test
    void threadsThatAppendAtOnceLoseNothingByOneHandleOrTwo() throws Exception {
        try (Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(SMALL));
                Topic again = store.open("t")) {
            List<Task<Void>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                String name = "w" + writer + " ";
                Topic handle = writer % 2 == 0 ? topic : again;
                writers.add(Task.start(ThreadKind.PLATFORM, () -> {
                    for (int i = 0; i < 1000; i++) {
                        var _ = handle.append(null, name + i);
                    }
                    return null;
                }));
            }
            for (var writer : writers) {
                writer.result();
            }

            List<String> values = Logs.values(topic);
            assertThat(values).hasSize(4000);
            for (int writer = 0; writer < 4; writer++) {
                String name = "w" + writer + " ";
                assertThat(values.stream().filter(value -> value.startsWith(name)))
                        .containsExactlyElementsOf(
                                IntStream.range(0, 1000).mapToObj(i -> name + i).toList());
            }
        }
    }

    @Test
    void aClosedSegmentEndsWhereItsDataEnds() throws Exception {
        Path segment = Logs.partition(folder, "t", 0).resolve("00000000000000000000.log");
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            append(topic, 0, 1);
            assertThat(Files.size(segment)).isEqualTo(1 << 16);
        }
        long size = Files.size(segment);
        assertThat(size).isLessThan(100);

        try (Topic topic = store.open("t")) {
            append(topic, 1, 2);
            assertThat(Logs.values(topic)).isEqualTo(numbered(0, 2));
        }
    }

    @Test
    void aFlippedBitIsFoundByWhoPolls() throws Exception {
        Path segment = Logs.partition(folder, "t", 0).resolve("00000000000000000000.log");
        try (Topic topic = store.create("t", TopicSpec.partitions(1));
                Cursor cursor = topic.read(Start.earliest())) {
            append(topic, 0, 3);
            try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
                file.seek(70);
                int was = file.read();
                file.seek(70);
                file.write(was ^ 4);
            }

            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.DAMAGED_LOG);
                assertThat(refused.target()).isEqualTo(segment.toString());
                assertThat(refused.limit()).isEqualTo("position 0");
            });
        }
    }

    /** Who reads in place looks at no CRC: whatever stands there, no byte behind the end is touched, and nothing hangs. */
    @Test
    void garbledBytesAreAnErrorAndNoFault() throws Exception {
        Path segment = Logs.partition(folder, "t", 0).resolve("00000000000000000000.log");
        try (Topic topic = store.create("t", TopicSpec.partitions(1))) {
            append(topic, 0, 30);
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.BATCH_OVERHEAD + 2 * TopicWriter.mostBytes(0, 4));
            assertThat(writer.next(TopicWriter.NONE, 4, 1)).isTrue();
            assertThat(writer.next(0, 4, 1)).isTrue();
            long _ = writer.publish();
        }
        int size = (int) Files.size(segment);
        try (Topic topic = store.open("t")) { // and now to the very end of a page
            var _ = topic.append(null, new byte[4096 - size % 4096 - 70]); // 61 of the batch, 9 of the record
        }
        byte[] sound = Files.readAllBytes(segment);
        assertThat(sound.length % 4096).isZero();

        Random random = new Random(9);
        int errors = 0;
        try (Topic topic = store.open("t");
                RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            for (int round = 0; round < 3000; round++) {
                byte[] noise = new byte[1 + random.nextInt(6)];
                random.nextBytes(noise);
                int at = random.nextInt(sound.length - noise.length);
                file.seek(at);
                file.write(noise);
                try (Cursor cursor = topic.read(Start.earliest())) {
                    int _ = cursor.drain(_ -> {}, Integer.MAX_VALUE);
                } catch (ErrnoException refused) {
                    assertThat(refused.problem()).isIn(Problem.DAMAGED_LOG, Problem.NO_CODEC);
                    errors++;
                }
                file.seek(at);
                file.write(sound, at, noise.length);
            }
        }
        assertThat(errors).isBetween(100, 2900);
    }

    @Test
    void whereTheLockMayNotAppendItIsSaid() throws Exception {
        store.create("t", TopicSpec.partitions(1)).close();
        for (int word : new int[] {48, 64}) {
            Problem problem = word == 48 ? Problem.NO_APPENDING : Problem.TOPIC_REMOVED;
            Logs.setWord(Logs.partition(folder, "t", 0), word, 1);
            try (Topic topic = store.open("t")) {
                assertThatThrownBy(() -> topic.append("a", "b"))
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                refused -> assertThat(refused.problem()).isEqualTo(problem));
            }
            Logs.setWord(Logs.partition(folder, "t", 0), word, 0);
        }
        try (Topic topic = store.open("t")) {
            assertThat(topic.append("a", "b").offset()).isZero(); // and the lock is free
        }
    }
}
