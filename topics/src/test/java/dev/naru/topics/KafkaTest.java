package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own classes as judge: they read our segments, and we read theirs. */
@ExtendWith(NoLeaks.class)
class KafkaTest {
    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void kafkaReadsWhatWasAppended() throws Exception {
        // given
        Random random = new Random(1);
        List<NewRecord> appended = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] key = random.nextInt(4) == 0 ? null : new byte[random.nextInt(200)];
            byte[] value = random.nextInt(8) == 0 ? null : new byte[random.nextInt(3000)];
            NewRecord record = NewRecord.of(key, value).withTimestamp(random.nextLong(1L << 40));
            for (int header = random.nextInt(3); header > 0; header--) {
                byte[] with = random.nextBoolean() ? null : new byte[random.nextInt(100)];
                record = record.withHeader(Header.of("h\u00e9" + header, with));
            }
            appended.add(record);
        }

        // when
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            for (NewRecord record : appended) {
                var _ = topic.append(record);
            }
        }

        // then
        List<Record> read = KafkaLogs.parsed(Logs.partition(folder, "t", 0));
        assertThat(read).hasSameSizeAs(appended);
        assertThat(Logs.segments(Logs.partition(folder, "t", 0))).hasSizeGreaterThan(5);
        for (int i = 0; i < read.size(); i++) {
            Record record = read.get(i);
            NewRecord wanted = appended.get(i);
            assertThat(record.offset()).isEqualTo(i);
            assertThat(record.timestamp()).isEqualTo(wanted.timestampOr(-1));
            assertThat(array(record.key())).isEqualTo(wanted.key());
            assertThat(array(record.value())).isEqualTo(wanted.value());
            assertThat(record.headers()).hasSameSizeAs(wanted.headers());
            for (int header = 0; header < record.headers().length; header++) {
                assertThat(record.headers()[header].key())
                        .isEqualTo(wanted.headers().get(header).name());
                assertThat(record.headers()[header].value())
                        .isEqualTo(wanted.headers().get(header).valueBytes());
            }
        }
    }

    private static byte[] array(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void kafkaReadsABatchThatWasLaidOutInPlace() throws Exception {
        // when
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.BATCH_OVERHEAD + 1000 * TopicWriter.mostBytes(4, 10));
            for (int i = 0; i < 1000; i++) {
                assertThat(writer.next(4, 10, 5_000_000_000L + (i % 7))).isTrue();
                writer.memory().asByteBuffer().putInt((int) writer.keyOffset(), i);
                writer.memory().asByteBuffer().putInt((int) writer.valueOffset(), ~i);
            }
            assertThat(writer.publish()).isZero();
        }

        // then
        List<Record> read = KafkaLogs.parsed(Logs.partition(folder, "t", 0));
        assertThat(read).hasSize(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(read.get(i).offset()).isEqualTo(i);
            assertThat(read.get(i).timestamp()).isEqualTo(5_000_000_000L + i % 7);
            assertThat(read.get(i).key().getInt()).isEqualTo(i);
            assertThat(read.get(i).value().getInt()).isEqualTo(~i);
        }
    }

    private static MemoryRecords batch(long offset, Compression compression, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1000 + i, bytes("k"), bytes(values[i]));
        }
        return MemoryRecords.withRecords(offset, compression, 3, records);
    }

    @Test
    void weReadWhatKafkaWroteWithGapsAndMarksOfTransactions() throws Exception {
        // given
        MemoryRecords mark = MemoryRecords.withEndTransactionMarker(
                7, 5000, 3, 12, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        KafkaLogs.place(
                folder,
                batch(0, Compression.NONE, "a", "b"),
                batch(5, Compression.NONE, "c"),
                mark,
                batch(9, Compression.NONE, "d"));

        // when
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            List<TopicRecord> read = Logs.all(topic);

            // then
            assertThat(read).extracting(TopicRecord::value).containsExactly("a", "b", "c", "d");
            assertThat(read).extracting(TopicRecord::offset).containsExactly(0L, 1L, 5L, 9L);
            assertThat(read).extracting(TopicRecord::timestamp).containsExactly(1000L, 1001L, 1000L, 1000L);
            assertThat(topic.append("k", "e").offset()).isEqualTo(10);
            try (Cursor cursor = topic.read(0, Start.offset(6))) {
                assertThat(cursor.tryPoll()).extracting(TopicRecord::value).containsExactly("d", "e");
            }
        }
    }

    @Test
    void whereNoCodecIsThereNothingIsAppendedToACompressedTopic() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withCompression(Codec.LZ4))) {
            assertThatThrownBy(() -> topic.append("k", "v")).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.NO_CODEC);
                assertThat(refused.value()).isEqualTo("lz4");
                assertThat(refused.limit()).isEqualTo("compression.type=lz4");
            });
            assertThat(Logs.values(topic)).isEmpty();
        }
    }

    @Test
    void aBatchWithTheTimeOfTheLogHasItInAllRecords() throws Exception {
        // given
        MemoryRecords stamped = batch(0, Compression.NONE, "a", "b");
        for (var batch : stamped.batches()) {
            batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 7000);
        }
        KafkaLogs.place(folder, stamped, batch(2, Compression.NONE, "c"));

        // then
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(Logs.all(topic)).extracting(TopicRecord::timestamp).containsExactly(7000L, 7000L, 1000L);
            try (Cursor cursor = topic.read(0, Start.timestamp(6000))) {
                assertThat(cursor.position(0)).isZero();
            }
        }
    }

    @Test
    void manyRecordsAreABatchOfEachPartition() throws Exception {
        // given
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            records.add(
                    NewRecord.of("k" + i % 10, "v" + i).withTimestamp(1000 + i).withHeader("n", "" + i));
        }

        // when
        List<Appended> appended;
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(3))) {
            appended = topic.append(records);
        }

        // then
        List<List<Record>> read = new ArrayList<>();
        for (int partition = 0; partition < 3; partition++) {
            Path path = Logs.partition(folder, "t", partition);
            read.add(KafkaLogs.parsed(path));
            assertThat(KafkaLogs.batches(path)).isEqualTo(1);
        }
        for (int i = 0; i < 100; i++) {
            Appended at = appended.get(i);
            Record record = read.get(at.partition()).get((int) at.offset());
            assertThat(array(record.value())).isEqualTo(bytes("v" + i));
            assertThat(array(record.key())).isEqualTo(bytes("k" + i % 10));
            assertThat(record.timestamp()).isEqualTo(1000 + i);
            assertThat(record.headers()[0].value()).isEqualTo(bytes("" + i));
        }
    }

    @Test
    void whenOneBatchOfManyIsTooLargeNoneIsAppended() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(2).withSegmentBytes(1 << 16))) {
            List<NewRecord> records = List.of(
                    NewRecord.of("k", "v").toPartition(0),
                    NewRecord.of(null, new byte[1 << 16]).toPartition(1));
            assertThatThrownBy(() -> topic.append(records))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.BATCH_TOO_LARGE));
            assertThat(Logs.values(topic)).isEmpty();
            assertThat(topic.append(List.of())).isEmpty();
        }
    }

    @Test
    void aCompressedBatchIsAnErrorThatNamesItsPlace() throws Exception {
        // given
        KafkaLogs.place(
                folder,
                batch(0, Compression.NONE, "a"),
                batch(1, Compression.gzip().build(), "b"));

        // then
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.offset(1))) {
            long position = batch(0, Compression.NONE, "a").sizeInBytes();
            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.NO_CODEC);
                assertThat(refused.target()).endsWith("/t-0/00000000000000000000.log");
                assertThat(refused.value()).isEqualTo("gzip (position " + position + ")");
            });
        }
    }
}
