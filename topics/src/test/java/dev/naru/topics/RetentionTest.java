package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is no longer kept, and what readers see of it. The clock is the test's. */
@ExtendWith(NoLeaks.class)
class RetentionTest {
    private static final TopicSpec ONE = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
    private static final int HALF = 40_000; // two do not fit into a segment

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    private Store store() throws Exception {
        return Stores.withChoresAtOnce(folder, clock);
    }

    private long append(Topic topic) throws Exception {
        return topic.append(NewRecord.of(null, new byte[HALF]).withTimestamp(now.get()))
                .offset();
    }

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private static List<Long> offsets(Topic topic) throws Exception {
        return Logs.all(topic).stream().map(TopicRecord::offset).toList();
    }

    private List<String> names() throws Exception {
        try (var files = Files.list(log())) {
            return files.map(file -> file.getFileName().toString().replaceFirst("^0*(?=[0-9])", ""))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void nothingIsRemovedByItself() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE)) {
            for (int i = 0; i < 5; i++) {
                long _ = append(topic);
                long _ = now.addAndGet(Duration.ofDays(400).toMillis());
            }
            assertThat(offsets(topic)).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
    }

    @Test
    void whatIsOldGoesWhenASegmentIsFull() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withRetention(Duration.ofMinutes(1)))) {
            for (int i = 0; i < 5; i++) {
                long _ = append(topic);
                long _ = now.addAndGet(30_000);
            }
            assertThat(offsets(topic)).containsExactly(2L, 3L, 4L);
            assertThat(names())
                    .doesNotContain("1.log", "1.index", "1.timeindex")
                    .contains("2.log");

            long _ = now.addAndGet(60_001);
            long _ = append(topic);
            assertThat(offsets(topic)).containsExactly(5L);
        }
        try (Store store = store();
                Topic topic = store.open("t")) {
            assertThat(offsets(topic)).containsExactly(5L);
        }
    }

    @Test
    void ofSizeSoMuchIsLeft() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withRetentionBytes(2L * HALF))) {
            for (int i = 0; i < 6; i++) {
                long _ = append(topic);
            }
            assertThat(offsets(topic)).containsExactly(4L, 5L); // one alone would be less
        }
    }

    @Test
    void whoFellBehindIsTold() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE);
                Cursor cursor = topic.read(Start.earliest())) {
            for (int i = 0; i < 4; i++) {
                long _ = append(topic);
            }
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);
            topic.deleteBefore(0, 3);

            assertThat(cursor.await(Duration.ZERO)).isTrue();
            assertThat(cursor.drain(_ -> {}, 9)).isEqualTo(Cursor.OUT_OF_RANGE);
            assertThat(cursor.outOfRange()).containsExactly(0);
            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE);
                assertThat(refused.value()).isEqualTo("offset 1");
                assertThat(refused.limit()).isEqualTo("it has 3 to 4");
            });
            cursor.seek(0, Start.earliest());
            assertThat(cursor.outOfRange()).isEmpty();
            assertThat(cursor.poll()).extracting(TopicRecord::offset).containsExactly(3L);
        }
    }

    @Test
    void whoFellBehindGoesOnWhereItSaid() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE);
                Cursor earliest = topic.read(Start.offset(0).orEarliest());
                Cursor latest = topic.read(Start.earliest().orLatest())) {
            for (int i = 0; i < 4; i++) {
                long _ = append(topic);
            }
            topic.deleteBefore(0, 2);

            assertThat(earliest.poll()).extracting(TopicRecord::offset).containsExactly(2L, 3L);
            assertThat(earliest.missed()).isEqualTo(2);
            assertThat(latest.tryPoll()).isEmpty();
            long _ = append(topic);
            assertThat(latest.poll()).extracting(TopicRecord::offset).containsExactly(4L);
            assertThat(latest.missed()).isEqualTo(4);
        }
    }

    @Test
    void whoBeginsWhereNothingIsAnyMoreIsToldOrGoesOn() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE)) {
            for (int i = 0; i < 3; i++) {
                long _ = append(topic);
            }
            topic.deleteBefore(0, 2);

            assertThatThrownBy(() -> topic.read(Start.offset(1))).isInstanceOf(ErrnoException.class);
            assertThatThrownBy(() -> topic.read(Start.offset(4))).isInstanceOf(ErrnoException.class);
            try (Cursor cursor = topic.read(Start.offset(1).orEarliest());
                    Cursor ahead = topic.read(Start.offset(9).orLatest())) {
                assertThat(cursor.position(0)).isEqualTo(2);
                assertThat(ahead.position(0)).isEqualTo(3);
            }
        }
    }

    @Test
    void whoHasTheSegmentOpenReadsItToItsEnd() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE);
                Cursor cursor = topic.read(Start.earliest())) {
            for (int i = 0; i < 3; i++) {
                var _ = topic.append(null, new byte[20_000]);
            }
            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);
            long _ = append(topic);
            topic.deleteBefore(0, 3);

            assertThat(names()).doesNotContain("0.log").contains("3.log");
            assertThat(cursor.tryPoll()).extracting(TopicRecord::offset).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void deletingKeepsWhatIsBehindAndIsForGood() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE)) {
            for (int i = 0; i < 3; i++) {
                var _ = topic.append("k" + i, "v" + i);
            }
            topic.deleteBefore(0, 2);
            topic.deleteBefore(0, 1); // nothing comes back

            assertThat(offsets(topic)).containsExactly(2L);
            assertThatThrownBy(() -> topic.deleteBefore(0, 4))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE));
        }
        Logs.forgetBoot(log());
        try (Store store = store();
                Topic topic = store.open("t")) {
            assertThat(offsets(topic)).containsExactly(2L);
            topic.deleteBefore(0, 3);
            assertThat(offsets(topic)).isEmpty();
            assertThat(topic.append("k", "v").offset()).isEqualTo(3);
        }
    }

    @Test
    void anotherProcessLetsGoByTheSettingsAsTheyAreNow() throws Exception {
        try (Store store = store()) {
            try (Topic topic = store.create("t", ONE);
                    Talk far = Talk.start(FarSide.command("roll", folder, 2))) {
                assertThat(far.line()).isEqualTo("rolled");
                assertThat(offsets(topic)).containsExactly(0L, 1L);
                store.change("t", ONE.withRetentionBytes(0));
                var _ = far.say("");

                assertThat(far.line()).isEqualTo("rolled");
                assertThat(offsets(topic)).containsExactly(3L);
                far.goOn();
                assertThat(far.waitFor()).isZero();
            }
        }
    }

    @Test
    void aSegmentIsRolledWhenItIsOld() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withSegmentTime(Duration.ofMinutes(1)))) {
            var _ = topic.append("k", "v");
            long _ = now.addAndGet(59_999);
            var _ = topic.append("k", "v");
            long _ = now.addAndGet(1);
            var _ = topic.append("k", "v");
            var _ = topic.append("k", "v");

            assertThat(names()).contains("0.log", "2.log").doesNotContain("1.log", "3.log");
            assertThat(offsets(topic)).containsExactly(0L, 1L, 2L, 3L);
        }
    }

    @Test
    void theLogStampsItsRecordsWhenItIsToldSo() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withTimestampsByLog())) {
            var _ = topic.append(NewRecord.of("a", "1").withTimestamp(5));
            long _ = now.addAndGet(10);
            var _ = topic.append(NewRecord.of("b", "2").withTimestamp(5_000_000));

            assertThat(Logs.all(topic)).extracting(TopicRecord::timestamp).containsExactly(1_000_000L, 1_000_010L);
            try (Cursor cursor = topic.read(Start.timestamp(1_000_001))) {
                assertThat(cursor.position(0)).isEqualTo(1);
            }
        }
        try (FileRecords file = FileRecords.open(Logs.segments(log()).getFirst().toFile(), false)) {
            for (RecordBatch batch : file.batches()) {
                batch.ensureValid();
                assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
            }
            assertThat(file.records()).extracting(Record::timestamp).containsExactly(1_000_000L, 1_000_010L);
        }
    }

    @Test
    void aBatchThatIsMoreThanAllowedIsRefused() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withMaxMessageBytes(1000))) {
            assertThatThrownBy(() -> topic.append(null, new byte[1000]))
                    .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                        assertThat(refused.problem()).isEqualTo(Problem.BATCH_TOO_LARGE);
                        assertThat(refused.limit()).isEqualTo("max.message.bytes=1000");
                    });
            assertThat(topic.append(null, new byte[900]).offset()).isZero();
        }
    }

    /** It maps what its topic allowed when it was opened. */
    @Test
    void whoFellBehindInASegmentThatGrewLargerIsToldToo() throws Exception {
        try (Store readers = store();
                Topic reads = readers.create("t", ONE);
                Cursor cursor = reads.read(Start.earliest());
                Cursor goesOn = reads.read(Start.earliest().orEarliest())) {
            long _ = append(reads);
            assertThat(cursor.tryPoll()).hasSize(1);
            assertThat(goesOn.tryPoll()).hasSize(1);
            readers.change("t", ONE.withSegmentBytes(1 << 20));
            try (Store store = store();
                    Topic topic = store.open("t")) {
                for (int i = 1; i < 60; i++) {
                    long _ = append(topic);
                }
                topic.deleteBefore(0, 50);
            }

            assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(Cursor.OUT_OF_RANGE);
            assertThatThrownBy(cursor::tryPoll)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.OUT_OF_RANGE));
            assertThat(goesOn.tryPoll().getFirst().offset()).isEqualTo(50);
            assertThat(goesOn.missed()).isEqualTo(49);
        }
    }

    @Test
    void theEarliestIsThereWhateverIsLetGoMeanwhile() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE);
                Store readers = Store.open(folder);
                Topic reads = readers.open("t")) {
            var letsGo = Task.start(ThreadKind.PLATFORM, () -> {
                for (int i = 0; i < 1_000; i++) {
                    topic.deleteBefore(0, append(topic));
                }
                return true;
            });
            int rounds = 0;
            while (reads.describe(0).next() < 1_000) {
                reads.read(0, Start.earliest()).close();
                reads.read(0, Start.timestamp(0)).close();
                rounds++;
            }
            assertThat(letsGo.result()).isTrue();
            assertThat(rounds).isPositive();
        }
    }

    @Test
    void aSeekThatIsRefusedMovesNothing() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", ONE.withPartitions(2))) {
            var _ = topic.append(List.of(
                    NewRecord.of("k", "a").toPartition(0),
                    NewRecord.of("k", "b").toPartition(0),
                    NewRecord.of("k", "c").toPartition(0),
                    NewRecord.of("k", "z").toPartition(1)));
            try (Cursor cursor = topic.read(0, Start.earliest());
                    Cursor both = topic.read(Start.earliest())) {
                assertThat(cursor.drain(_ -> {}, 1)).isEqualTo(1);
                assertThatThrownBy(() -> cursor.seek(Start.offset(99)))
                        .isInstanceOfSatisfying(
                                ErrnoException.class,
                                refused -> assertThat(refused.value()).isEqualTo("offset 99"));
                assertThat(cursor.position(0)).isEqualTo(1);
                assertThat(cursor.tryPoll()).extracting(TopicRecord::value).containsExactly("b", "c");

                assertThatThrownBy(() -> both.seek(Start.offset(3))).isInstanceOf(ErrnoException.class);
                assertThat(both.position(0)).isZero();
                assertThat(both.tryPoll()).hasSize(4);
            }
        }
    }
}
