package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
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

    /** What Kafka finds in all segments; each batch with its CRC. */
    private static List<Record> parsed(Path partition) throws Exception {
        List<Record> records = new ArrayList<>();
        for (Path segment : Logs.segments(partition)) {
            try (FileRecords file = FileRecords.open(segment.toFile(), false)) {
                long bytes = 0;
                for (RecordBatch batch : file.batches()) {
                    batch.ensureValid();
                    assertThat(batch.magic()).isEqualTo(RecordBatch.MAGIC_VALUE_V2);
                    assertThat(batch.producerId()).isEqualTo(RecordBatch.NO_PRODUCER_ID);
                    bytes += batch.sizeInBytes();
                    for (Record record : batch) {
                        record.ensureValid();
                        records.add(record);
                    }
                }
                assertThat(bytes).as("%s ends where its data ends", segment).isEqualTo(Files.size(segment));
            }
        }
        return records;
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
        List<Record> read = parsed(Logs.partition(folder, "t", 0));
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
        List<Record> read = parsed(Logs.partition(folder, "t", 0));
        assertThat(read).hasSize(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(read.get(i).offset()).isEqualTo(i);
            assertThat(read.get(i).timestamp()).isEqualTo(5_000_000_000L + i % 7);
            assertThat(read.get(i).key().getInt()).isEqualTo(i);
            assertThat(read.get(i).value().getInt()).isEqualTo(~i);
        }
    }

    /** Puts batches into a partition as if they had lain there before the machine booted. */
    private void place(MemoryRecords... batches) throws Exception {
        try (Store store = Store.create(folder)) {
            store.create("t", TopicSpec.partitions(1)).close();
        }
        Path partition = Logs.partition(folder, "t", 0);
        ByteBuffer all = ByteBuffer.allocate(1 << 16);
        for (MemoryRecords batch : batches) {
            all.put(batch.buffer().duplicate());
        }
        byte[] segment = new byte[all.flip().remaining()];
        all.get(segment);
        var _ = Files.write(partition.resolve("00000000000000000000.log"), segment);
        Logs.forgetBoot(partition);
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
        place(
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
    void aCompressedBatchIsAnErrorThatNamesItsPlace() throws Exception {
        // given
        place(batch(0, Compression.NONE, "a"), batch(1, Compression.gzip().build(), "b"));

        // then
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.offset(1))) {
            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.NO_CODEC);
                assertThat(refused.target()).endsWith("/t-0/00000000000000000000.log");
                assertThat(refused.value()).isEqualTo("codec 1");
            });
        }
    }
}
