package dev.naru.codecs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.Codec;
import dev.naru.topics.LogCheck;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.testing.KafkaCleaner;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compressed batches are compacted as Kafka's own cleaner does it. */
@ExtendWith(NoLeaks.class)
class CompactionCodecsTest {
    private static final int SEGMENT = 1 << 16;
    private static final long DAY = 86_400_000;
    private static final int BATCHES = 1_500;

    @TempDir
    Path folder;

    private static List<String> found(Path partition) throws Exception {
        List<String> found = new ArrayList<>();
        for (Record record : KafkaLogs.parsed(partition)) {
            found.add(record.offset() + " " + record.timestamp() + " " + bytes(record.key()) + "="
                    + bytes(record.value()) + " " + Arrays.toString(record.headers()));
        }
        return found;
    }

    private static String bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Arrays.toString(bytes);
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void compressedBatchesAreCompactedAsKafkaDoes(Codec codec) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TopicSpec spec = TopicSpec.partitions(1)
                .withSegmentBytes(SEGMENT)
                .withCompression(codec)
                .withCompaction()
                .withDirtyRatio(1);
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", spec)) {
            for (int i = 0; i < BATCHES; i++) {
                List<NewRecord> batch = new ArrayList<>();
                for (int n = random.nextInt(12); n >= 0; n--) {
                    String value = random.nextInt(6) == 0 ? null : i + " again and ".repeat(random.nextInt(20));
                    batch.add(NewRecord.of("k" + random.nextInt(90), value)
                            .withTimestamp(1_000_000 + i)
                            .withHeader("n", "" + n));
                }
                var _ = topic.append(batch);
            }
        }
        Path log = Logs.partition(folder, "t", 0);
        Path kafka = KafkaCleaner.clean(log, folder.resolve("kafka"), 0, SEGMENT, DAY, System.currentTimeMillis());
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            topic.compact();
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
        }
        assertThat(found(log)).as("seed %d", seed).hasSizeGreaterThan(90).isEqualTo(found(kafka));
        assertThat(KafkaLogs.codecs(log)).as("seed %d", seed).contains(codec.number());
    }
}
