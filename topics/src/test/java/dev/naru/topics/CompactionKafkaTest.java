package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.KafkaCleaner;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
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

/** Kafka's own cleaner and ours are given the same logs: what they leave is the same. */
@ExtendWith(NoLeaks.class)
class CompactionKafkaTest {
    private static final int SEGMENT = 1 << 16;
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final TopicSpec SPEC = TopicSpec.partitions(1)
            .withSegmentBytes(SEGMENT)
            .withCompaction()
            .withDirtyRatio(1); // so that it is done when it is asked for, and not before

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    private int copies;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private Store store() throws Exception {
        return Stores.withChoresAtOnce(folder, clock);
    }

    private Path cleanedByKafka(long dirty) throws Exception {
        return KafkaCleaner.clean(log(), folder.resolve("kafka-" + copies++), dirty, SEGMENT, DAY, now.get());
    }

    /** A record, and what its batch says of it. */
    private static List<String> found(Path partition) throws Exception {
        List<String> found = new ArrayList<>();
        for (Path segment : Logs.segments(partition)) {
            try (FileRecords file = FileRecords.open(segment.toFile(), false)) {
                for (RecordBatch batch : file.batches()) {
                    batch.ensureValid();
                    for (Record record : batch) {
                        found.add(record.offset() + " " + record.timestamp() + " " + record.sequence() + " "
                                + text(record.key()) + "=" + text(record.value()) + " "
                                + Arrays.toString(record.headers()) + " "
                                + batch.producerId() + "/" + batch.producerEpoch() + " "
                                + batch.partitionLeaderEpoch() + " " + batch.compressionType() + " "
                                + batch.timestampType() + " " + batch.isTransactional() + batch.isControlBatch() + " "
                                + batch.deleteHorizonMs() + " " + batch.baseOffset() + "-" + batch.lastOffset() + " "
                                + batch.maxTimestamp());
                    }
                }
            }
        }
        return found;
    }

    private static String text(ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }

    /** Compacts, and holds what is left against what Kafka leaves of the same. */
    private void compactAsKafka(Topic topic, long dirty, String what) throws Exception {
        Path kafka = cleanedByKafka(dirty);
        topic.compact();
        assertThat(found(log())).as(what).isEqualTo(found(kafka));
        assertThat(LogCheck.of(topic, 0).damages()).as(what).isEmpty();
        int _ = KafkaIndexes.assertSound(log());
    }

    private long compacted() throws Exception {
        return Logs.word(log(), 840);
    }

    private static NewRecord random(Random random, long time) {
        byte[] value = random.nextInt(5) == 0 ? null : new byte[random.nextInt(random.nextInt(20) == 0 ? 6000 : 200)];
        if (value != null) {
            random.nextBytes(value);
        }
        NewRecord record = NewRecord.of(("k" + random.nextInt(60)).getBytes(StandardCharsets.UTF_8), value)
                .withTimestamp(time + random.nextInt(1000));
        for (int i = random.nextInt(3); i > 0; i--) {
            record = record.withHeader("h" + i, random.nextBoolean() ? null : "x".repeat(random.nextInt(9)));
        }
        return record;
    }

    @Test
    void randomLogsAreCompactedAsKafkaDoes() throws Exception {
        for (int round = 0; round < 6; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            try (Store store = store()) {
                store.create("t", round % 2 == 0 ? SPEC : SPEC.withTimestampsByLog())
                        .close();
                for (int pass = 0; pass < 4; pass++) {
                    append(store, random);
                    try (Topic topic = store.open("t")) { // its last file ends where its data ends
                        compactAsKafka(topic, compacted(), "seed " + seed + ", pass " + pass);
                    }
                    long _ = now.addAndGet(random.nextBoolean() ? DAY + 1 : DAY / 2);
                }
                store.remove("t");
            }
        }
    }

    private void append(Store store, Random random) throws Exception {
        try (Topic topic = store.open("t");
                Producer producer = store.producer("p")) {
            for (int i = 0; i < 600; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        List<NewRecord> many = new ArrayList<>();
                        for (int n = random.nextInt(12); n >= 0; n--) {
                            many.add(random(random, now.get()));
                        }
                        var _ = topic.append(many);
                    }
                    case 1 -> producer.append(topic, random(random, now.get()));
                    default -> topic.append(random(random, now.get()));
                }
            }
        }
    }

    /** Batch for batch and byte for byte, where the cleaner leaves one file and nothing is compressed. */
    @Test
    void whatIsLeftIsByteForByteWhatKafkaLeaves() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int all = 1 << 20;
        try (Store store = store()) {
            store.create("t", SPEC).close();
            append(store, random);
            append(store, random);
            store.change("t", SPEC.withSegmentBytes(all)); // into which all is merged
            for (int pass = 0; pass < 3; pass++) {
                Path kafka = KafkaCleaner.clean(log(), folder.resolve("kafka-" + pass), 0, all, DAY, now.get());
                Logs.setWord(log(), 840, 0); // all of it is dirty
                try (Topic topic = store.open("t")) {
                    topic.compact();
                }
                assertThat(Logs.segments(log())).hasSize(2);
                for (Path segment : Logs.segments(log())) {
                    assertThat(Files.readAllBytes(segment))
                            .as("seed %d, pass %d, %s", seed, pass, segment.getFileName())
                            .isEqualTo(Files.readAllBytes(kafka.resolve(segment.getFileName())));
                }
                long _ = now.addAndGet(DAY * 2 / 3);
            }
        }
    }

    /** Committed, aborted and open ones of several producers, compressed and not. */
    @Test
    void transactionsAreCompactedAsKafkaDoes() throws Exception {
        for (int round = 0; round < 8; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            List<MemoryRecords> segments = new ArrayList<>();
            List<Long> bases = new ArrayList<>();
            fill(random, segments, bases);
            KafkaLogs.place(folder, segments.getFirst());
            for (int i = 1; i < segments.size(); i++) {
                KafkaLogs.placeSegment(folder, bases.get(i), List.of(segments.get(i)));
            }
            try (Store store = store()) {
                store.change("t", SPEC);
                try (Topic topic = store.open("t")) {
                    for (int pass = 0; pass < 3; pass++) {
                        compactAsKafka(topic, compacted(), "seed " + seed + ", pass " + pass);
                        long _ = now.addAndGet(DAY + 1);
                        Logs.setWord(log(), 840, 0);
                    }
                }
                store.remove("t");
            }
            deleteStore();
        }
    }

    private void deleteStore() throws Exception {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(folder)) {
                    Files.delete(file);
                }
            }
        }
    }

    private void fill(Random random, List<MemoryRecords> segments, List<Long> bases) {
        long offset = 0;
        boolean[] open = new boolean[4];
        int[] sequences = new int[4];
        for (int segment = 0; segment < 4; segment++) {
            List<MemoryRecords> batches = new ArrayList<>();
            bases.add(offset);
            for (int i = 0; i < 25; i++) {
                int who = random.nextInt(4);
                if (open[who] && random.nextInt(3) == 0) {
                    boolean commit = random.nextBoolean();
                    batches.add(mark(offset, who, commit));
                    offset++;
                    open[who] = false;
                } else {
                    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(4)];
                    for (int n = 0; n < records.length; n++) {
                        byte[] value = random.nextInt(4) == 0
                                ? null
                                : ("v" + offset + "." + n).getBytes(StandardCharsets.UTF_8);
                        records[n] = new SimpleRecord(
                                now.get() + random.nextInt(500),
                                ("k" + random.nextInt(12)).getBytes(StandardCharsets.UTF_8),
                                value);
                    }
                    batches.add(MemoryRecords.withTransactionalRecords(
                            offset, Compression.NONE, who + 1, (short) 0, sequences[who], 0, records));
                    sequences[who] += records.length;
                    offset += records.length;
                    open[who] = true;
                }
            }
            if (segment == 3) { // the last one decides all
                for (int who = 0; who < 4; who++) {
                    if (open[who]) {
                        batches.add(mark(offset++, who, who % 2 == 0));
                    }
                }
            }
            segments.add(joined(batches));
        }
    }

    private MemoryRecords mark(long offset, int who, boolean commit) {
        return MemoryRecords.withEndTransactionMarker(
                offset,
                now.get(),
                0,
                who + 1,
                (short) 0,
                new EndTransactionMarker(commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, 0));
    }

    private static MemoryRecords joined(List<MemoryRecords> batches) {
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(MemoryRecords::sizeInBytes).sum());
        batches.forEach(batch -> all.put(batch.buffer().duplicate()));
        return MemoryRecords.readableRecords(all.flip());
    }
}
