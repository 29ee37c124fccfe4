package dev.naru.codecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import dev.naru.topics.Cursor;
import dev.naru.topics.NewRecord;
import dev.naru.topics.RecordHandler;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compressed batches, with Kafka's own classes as the other side. */
@ExtendWith(NoLeaks.class)
class CodecsTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MANY = 3_000;
    private static final int HEADER = 61;
    private static final long MOST_UNPACKED = 256L << 20;

    @TempDir
    Path folder;

    private static TopicSpec spec(Codec codec) {
        return TopicSpec.partitions(1).withCompression(codec);
    }

    private static Compression kafkas(Codec codec) {
        return Compression.of(CompressionType.forId(codec.number())).build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
    }

    private static String value(int number) {
        return "value " + number + " of a customer who buys much the same " + "again ".repeat(number % 90);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void kafkaReadsWhatWeWrote(Codec codec) throws Exception {
        // given
        List<NewRecord> many = IntStream.range(0, MANY)
                .mapToObj(i -> NewRecord.of("k", value(i)).withTimestamp(i))
                .toList();
        byte[] noise = new byte[1000];
        new Random(1).nextBytes(noise);

        // when
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", spec(codec))) {
            assertThat(topic.append(many))
                    .hasSize(MANY)
                    .last()
                    .satisfies(last -> assertThat(last.offset()).isEqualTo(MANY - 1));
            var _ = topic.append("k", "again ".repeat(100));
            var _ = topic.append(bytes("k"), noise);
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 4096, 1);
            writer.memory().asSlice(writer.valueOffset(), 4096).fill((byte) 'x');
            assertThat(writer.publish()).isEqualTo(MANY + 2);
        }

        // then
        Path partition = Logs.partition(folder, "t", 0);
        List<Record> read = KafkaLogs.parsed(partition);
        assertThat(read).hasSize(MANY + 3);
        for (int i = 0; i < MANY; i++) {
            assertThat(text(read.get(i).value())).isEqualTo(value(i));
            assertThat(read.get(i).timestamp()).isEqualTo(i);
            assertThat(read.get(i).offset()).isEqualTo(i);
        }
        assertThat(text(read.get(MANY).value())).isEqualTo("again ".repeat(100));
        assertThat(read.get(MANY + 1).value()).isEqualTo(ByteBuffer.wrap(noise));
        assertThat(text(read.get(MANY + 2).value())).isEqualTo("x".repeat(4096));
        int number = codec.number();
        assertThat(KafkaLogs.codecs(partition))
                .as("what does not shrink is kept")
                .containsExactly(number, number, 0, number);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void weReadWhatKafkaWrote(Codec codec) throws Exception {
        // given
        SimpleRecord[] records = new SimpleRecord[MANY];
        for (int i = 0; i < MANY; i++) {
            records[i] = new SimpleRecord(1000 + i, bytes("k" + i), bytes(value(i)));
        }
        KafkaLogs.place(
                folder,
                MemoryRecords.withRecords(0L, kafkas(codec), 0, records),
                MemoryRecords.withRecords(MANY, Compression.NONE, 0, new SimpleRecord(1, bytes("k"), bytes("plain"))),
                MemoryRecords.withRecords(MANY + 5L, kafkas(codec), 0, new SimpleRecord(2, bytes("k"), bytes("last"))));

        // when
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            // then
            List<TopicRecord> read = Logs.all(topic);
            assertThat(read).hasSize(MANY + 2);
            for (int i = 0; i < MANY; i++) {
                assertThat(read.get(i).value()).isEqualTo(value(i));
                assertThat(read.get(i).key()).isEqualTo("k" + i);
                assertThat(read.get(i).offset()).isEqualTo(i);
                assertThat(read.get(i).timestamp()).isEqualTo(1000 + i);
            }
            assertThat(read.get(MANY).value()).isEqualTo("plain");
            assertThat(read.get(MANY + 1).offset()).isEqualTo(MANY + 5);
            try (Cursor cursor = topic.read(0, Start.timestamp(1700))) {
                assertThat(cursor.position(0)).isEqualTo(700);
                assertThat(cursor.tryPoll().getFirst().value()).isEqualTo(value(700));
            }
        }
    }

    /** Clients in C write a Snappy block without a stream around it. */
    @Test
    void aBareSnappyBlockIsRead() throws Exception {
        ByteBuffer records = plainRecords("bare");
        byte[] plain = new byte[records.remaining()];
        records.get(plain);
        KafkaLogs.place(folder, List.of(batch(Codec.SNAPPY, org.xerial.snappy.Snappy.compress(plain))));

        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(Logs.values(topic)).containsExactly("bare");
        }
    }

    private static ByteBuffer plainRecords(String value) {
        ByteBuffer whole = MemoryRecords.withRecords(
                        0L, Compression.NONE, 0, new SimpleRecord(1, bytes("k"), bytes(value)))
                .buffer();
        return whole.position(HEADER).slice();
    }

    /** A batch of one record with that for its records, and a CRC that is right. */
    private static ByteBuffer batch(Codec codec, byte[] packed) {
        ByteBuffer batch = ByteBuffer.allocate(HEADER + packed.length);
        var _ = batch.position(HEADER).put(packed).position(0);
        DefaultRecordBatch.writeHeader(
                batch,
                0,
                0,
                HEADER + packed.length,
                RecordBatch.MAGIC_VALUE_V2,
                CompressionType.forId(codec.number()),
                TimestampType.CREATE_TIME,
                1,
                1,
                -1,
                (short) -1,
                -1,
                false,
                false,
                false,
                0,
                1);
        return batch.position(0);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBatchThatDecompressesToTooMuchIsRefused(Codec codec) throws Exception {
        // given
        ByteBufferOutputStream packed = new ByteBufferOutputStream(1 << 20);
        try (OutputStream to = kafkas(codec).wrapForOutput(packed, RecordBatch.MAGIC_VALUE_V2)) {
            byte[] zeros = new byte[1 << 20];
            for (long bytes = 0; bytes <= MOST_UNPACKED; bytes += zeros.length) {
                to.write(zeros);
            }
        }
        ByteBuffer all = packed.buffer().flip();
        byte[] bomb = new byte[all.remaining()];
        all.get(bomb);
        KafkaLogs.place(folder, List.of(batch(codec, bomb)));

        // then
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.earliest())) {
            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.UNPACKED_TOO_LARGE);
                assertThat(refused.limit()).isEqualTo(MOST_UNPACKED + " B");
                assertThat(refused.value()).isEqualTo("position 0");
                assertThat(refused.target()).endsWith("/t-0/00000000000000000000.log");
            });
        }
    }

    /** Whatever stands there is decompressed or refused; nothing crashes, hangs or writes where it may not. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void garbledBytesAreRefusedOrRead(Codec codec) throws Exception {
        // given
        Random random = new Random(codec.number());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 800; i++) {
            all.writeBytes(bytes(value(random.nextInt(MANY))));
        }
        ByteBufferOutputStream packed = new ByteBufferOutputStream(1 << 20);
        try (OutputStream to = kafkas(codec).wrapForOutput(packed, RecordBatch.MAGIC_VALUE_V2)) {
            all.writeTo(to);
        }
        ByteBuffer sound = packed.buffer().flip();
        var provider = provider(codec);
        ByteBuffer from = ByteBuffer.allocateDirect(sound.remaining());
        ByteBuffer to = ByteBuffer.allocateDirect(all.size() + 4096);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            // when
            var _ = from.clear().put(sound.duplicate()).flip();
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                var _ = from.put(random.nextInt(from.limit()), (byte) random.nextInt());
            }
            if (random.nextInt(3) == 0) {
                var _ = from.limit(random.nextInt(from.limit()));
            }
            int room = random.nextInt(to.capacity());
            try {
                boolean _ = provider.decompress(from, to.clear().limit(room));
            } catch (DataFormatException _) {
                refused++;
            }

            // then
            assertThat(to.limit()).isEqualTo(room);
        }
        assertThat(refused).isPositive();
        var _ = from.clear().put(sound.duplicate()).flip();
        assertThat(provider.decompress(from, to.clear())).isTrue();
        byte[] read = new byte[to.flip().remaining()];
        to.get(read);
        assertThat(read).isEqualTo(all.toByteArray());
    }

    private static CodecProvider provider(Codec codec) {
        return switch (codec) {
            case GZIP -> new Gzip();
            case SNAPPY -> new Snappy();
            case LZ4 -> new Lz4();
            case ZSTD -> new Zstandard();
            case NONE -> throw new IllegalArgumentException();
        };
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void appendingAndReadingInPlaceMakeNoGarbage(Codec codec) throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", spec(codec).withSegmentBytes(1 << 22));
                Cursor cursor = topic.read(Start.earliest())) {
            TopicWriter writer = topic.writer(0);
            long[] sum = new long[1];
            RecordHandler handler =
                    record -> sum[0] += record.memory().get(ValueLayout.JAVA_BYTE, record.valueOffset());
            double most = codec == Codec.ZSTD ? 1024 : 16; // zstd-jni makes views of what it is given
            double fewest = Double.MAX_VALUE;
            for (int round = 0; round < 100 && fewest >= most; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 500; i++) {
                    writer.claim(TopicWriter.NONE, 600, 1);
                    for (int at = 0; at < 600; at++) {
                        writer.memory().set(ValueLayout.JAVA_BYTE, writer.valueOffset() + at, (byte) 1);
                    }
                    long _ = writer.publish();
                    int _ = cursor.drain(handler, 8);
                }
                fewest = Math.min(fewest, (THREADS.getCurrentThreadAllocatedBytes() - before) / 500.0);
            }
            assertThat(fewest).as("bytes allocated a batch").isLessThan(most);
            assertThat(sum[0]).isPositive();
        }
        assertThat(KafkaLogs.codecs(Logs.partition(folder, "t", 0))).containsOnly(codec.number());
    }

    @Test
    void theSettingHasKafkasWords() throws IOException {
        try (Store store = Store.create(folder)) {
            store.create("t", spec(Codec.ZSTD)).close();
            try (Topic topic = store.open("t")) {
                assertThat(topic.spec().compression()).isEqualTo(Codec.ZSTD);
                assertThat(topic.spec()).hasToString("compression.type=zstd");
            }
        }
        List<Codec> plain = new ArrayList<>();
        for (String word : List.of("producer", "none", "uncompressed")) {
            long value = TopicSetting.COMPRESSION_TYPE.parse(word);
            plain.add(TopicSpec.partitions(1)
                    .with(TopicSetting.COMPRESSION_TYPE, value)
                    .compression());
        }
        assertThat(plain).containsOnly(Codec.NONE);
    }

    /** 64 bytes come of three at best: what claims more gets no memory for it, by whatever snappy-java an application has. */
    @Test
    void snappyThatClaimsMoreThanItCanYieldIsDamaged() throws Exception {
        // given
        byte[] garbage = {(byte) 0x80, (byte) 0x84, (byte) 0xaf, 0x5f, 0}; // 200,000,000 B, in a byte
        KafkaLogs.place(folder, List.of(batch(Codec.SNAPPY, garbage)));
        ByteBuffer from = ByteBuffer.allocateDirect(garbage.length).put(garbage).flip();

        // then
        assertThatThrownBy(() -> provider(Codec.SNAPPY).decompress(from, ByteBuffer.allocateDirect(1 << 10)))
                .isInstanceOf(DataFormatException.class)
                .hasMessageStartingWith("snappy: ");
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.earliest())) {
            assertThatThrownBy(cursor::tryPoll).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.DAMAGED_LOG);
                assertThat(refused.target()).endsWith("/t-0/00000000000000000000.log");
            });
        }
    }
}
