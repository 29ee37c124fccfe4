package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The indexes of segments, with Kafka's classes for a judge, and beginning at a time. */
@ExtendWith(NoLeaks.class)
class IndexTest {
    private static final int RECORDS = 2_000;
    private static final int SPREAD = 400;

    @TempDir
    Path folder;

    private final long[] times = new long[RECORDS];

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    @BeforeEach
    void fill() throws Exception {
        Random random = new Random(21);
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            for (int i = 0; i < RECORDS; i++) {
                times[i] = 1_000_000 + 10L * i + random.nextInt(SPREAD); // now and then one that is earlier
                byte[] value = new byte[random.nextInt(300)];
                var _ = topic.append(NewRecord.of(null, value).withTimestamp(times[i]));
            }
        }
    }

    private long wanted(long time) {
        for (int i = 0; i < RECORDS; i++) {
            if (times[i] >= time) {
                return i;
            }
        }
        return RECORDS;
    }

    private void assertFindsTimes(Topic topic) throws Exception {
        Random random = new Random(22);
        List<Long> wanted = new ArrayList<>(List.of(0L, 1_000_000L, times[0], times[RECORDS - 1], Long.MAX_VALUE));
        for (int i = 0; i < 25; i++) {
            wanted.add(times[random.nextInt(RECORDS)] + random.nextInt(3) - 1);
        }
        for (long time : wanted) {
            try (Cursor cursor = topic.read(Start.timestamp(time))) {
                assertThat(cursor.position(0)).as("time %d", time).isEqualTo(wanted(time));
                if (wanted(time) < RECORDS) {
                    assertThat(cursor.tryPoll().getFirst().timestamp()).isEqualTo(times[(int) wanted(time)]);
                }
            }
        }
    }

    private void assertFindsOffsets(Topic topic) throws Exception {
        for (int offset = 0; offset < RECORDS; offset += 67) {
            try (Cursor cursor = topic.read(Start.offset(offset))) {
                TopicRecord first = cursor.tryPoll().getFirst();
                assertThat(first.offset()).isEqualTo(offset);
                assertThat(first.timestamp()).isEqualTo(times[offset]);
            }
        }
    }

    @Test
    void theyAreByteForByteThoseThatKafkaWrites(@TempDir Path theirs) throws Exception {
        assertThat(KafkaIndexes.assertSound(log())).isGreaterThan(50);
        LogConfig config = new LogConfig(Map.of());
        for (Path ours : Logs.segments(log())) {
            long base = Long.parseLong(ours.getFileName().toString().replace(".log", ""));
            try (LogSegment segment = LogSegment.open(theirs.toFile(), base, config, Time.SYSTEM, 0, false);
                    FileRecords file = FileRecords.open(ours.toFile(), false)) {
                for (RecordBatch batch : file.batches()) {
                    ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
                    batch.writeTo(bytes);
                    segment.append(batch.lastOffset(), MemoryRecords.readableRecords(bytes.flip()));
                }
                segment.onBecomeInactiveSegment();
            }
            for (String suffix : new String[] {".index", ".timeindex"}) {
                Path their = theirs.resolve(KafkaIndexes.beside(ours, suffix).getFileName());
                assertThat(KafkaIndexes.beside(ours, suffix)).hasSameBinaryContentAs(their);
            }
        }
    }

    @Test
    void aCursorBeginsAtATime() throws Exception {
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertFindsTimes(topic);
            assertFindsOffsets(topic);

            try (Cursor cursor = topic.read(Start.timestamp(Long.MAX_VALUE))) {
                var _ = topic.append(NewRecord.of("k", "next").withTimestamp(1));
                assertThat(cursor.tryPoll()).extracting(TopicRecord::value).containsExactly("next");
            }
        }
    }

    @Test
    void indexesThatAreMissingOrWrongMisleadNobodyAndAreMadeAnew() throws Exception {
        Random random = new Random(23);
        byte[] sound = Files.readAllBytes(index(0, ".index"));
        for (int round = 0; round < 8; round++) {
            for (int segment = 0; segment < Logs.segments(log()).size(); segment++) {
                for (String suffix : new String[] {".index", ".timeindex"}) {
                    garble(index(segment, suffix), random);
                }
            }
            try (Store store = Store.open(folder);
                    Topic topic = store.open("t")) {
                assertFindsTimes(topic);
                assertFindsOffsets(topic);
            }
        }
        byte[] wrong = sound.clone();
        for (int entry = 7; entry < wrong.length; entry += 8) {
            wrong[entry] ^= 1; // each leads to no batch
        }
        var _ = Files.write(index(0, ".index"), wrong);
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.offset(300))) {
            var _ = cursor.tryPoll();
            Await.until("it is made anew", () -> Arrays.equals(Files.readAllBytes(index(0, ".index")), sound));
        }
    }

    private Path index(int segment, String suffix) throws Exception {
        return KafkaIndexes.beside(Logs.segments(log()).get(segment), suffix);
    }

    private static void garble(Path file, Random random) throws Exception {
        switch (random.nextInt(4)) {
            case 0 -> Files.deleteIfExists(file);
            case 1 -> Files.write(file, new byte[random.nextInt(500)]);
            case 2 -> {
                byte[] noise = new byte[24 * random.nextInt(20)];
                random.nextBytes(noise);
                var _ = Files.write(file, noise);
            }
            default -> {
                byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
                if (bytes.length > 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                var _ = Files.write(file, bytes);
            }
        }
    }

    @Test
    void recoveryMakesThoseThatAreMissing() throws Exception {
        for (Path segment : Logs.segments(log())) {
            Files.delete(KafkaIndexes.beside(segment, ".index"));
            Files.delete(KafkaIndexes.beside(segment, ".timeindex"));
        }
        Logs.forgetBoot(log());
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor _ = topic.read(Start.earliest())) {
            assertThat(KafkaIndexes.assertSound(log())).isGreaterThan(50);
        }
    }

    @Test
    void whatAnotherProcessAppendsIsIndexedToo() throws Exception {
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            try (Talk far = Talk.start(FarSide.command("append", folder, 3_000))) {
                assertThat(far.line()).isEqualTo("appended");
                try (Cursor cursor = topic.read(Start.timestamp(times[RECORDS - 1] + SPREAD))) {
                    assertThat(cursor.tryPoll().getFirst().value()).isEqualTo("v0");
                }
                far.kill(); // before it closes: what is sealed is indexed at the latest by who rolls next
            }
            var _ = topic.append(null, new byte[60_000]);
            var _ = topic.append(null, new byte[60_000]);
        }
        assertThat(KafkaIndexes.assertSound(log())).isGreaterThan(100);
    }
}
