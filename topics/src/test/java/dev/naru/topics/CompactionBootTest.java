package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a compaction left, later: after a boot, under other settings, with transactions that are open, without an index. */
@ExtendWith(NoLeaks.class)
class CompactionBootTest {
    private static final int THIRD = 20_000; // three of them fit into a segment
    private static final int MANY = 800; // small ones, behind which a segment has no room for a third
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long DEAD = 1L << 40; // a word of a lock with an id that nobody has
    private static final long KEEPER = 768;
    private static final TopicSpec KEEPS_ALL = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
    private static final TopicSpec SPEC = KEEPS_ALL.withCompaction().withDirtyRatio(1);

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    private Store store() throws Exception {
        return Stores.withChoresAtOnce(folder, clock);
    }

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    /** Even ones have one key, odd ones one each. */
    private void append(Topic topic, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            append(topic, i % 2 == 0 ? "even" : "odd" + i);
        }
    }

    private void append(Topic topic, String key) throws Exception {
        var _ = topic.append(NewRecord.of(key, "v".repeat(THIRD)).withTimestamp(now.get()));
    }

    private static List<Long> offsets(Topic topic) throws Exception {
        return Logs.all(topic).stream().map(TopicRecord::offset).toList();
    }

    private static void assertHas(Topic topic, Long... offsets) throws Exception {
        assertThat(offsets(topic)).containsExactly(offsets);
        assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
    }

    /** As after a boot, and as after one where nothing was flushed before. */
    private void boot(boolean flushed) throws Exception {
        Logs.forgetBoot(log());
        if (!flushed) {
            Logs.forgetFlushes(log());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLogThatWasCompactedIsSoundWhenAllIsKeptAgain(boolean flushed) throws Exception {
        byte[] second;
        byte[] third;
        try (Store store = store();
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 10);
            second = Files.readAllBytes(Logs.segments(log()).get(1));
            third = Files.readAllBytes(Logs.segments(log()).get(2));
            store.change("t", SPEC.withSegmentBytes(1 << 20));
            topic.compact();
            store.change("t", KEEPS_ALL);
        }
        for (int boots = 0; boots < 3; boots++) {
            try (Store store = store();
                    Topic topic = store.open("t")) {
                assertHas(topic, 1L, 3L, 5L, 7L, 8L, 9L);
            }
            boot(flushed);
        }
        // what one left that was killed before
        var _ = Files.write(log().resolve("00000000000000000003.log"), second);
        var _ = Files.write(log().resolve("00000000000000000006.log"), third);
        try (Store store = store();
                Topic topic = store.open("t")) {
            assertHas(topic, 1L, 3L, 5L, 7L, 8L, 9L);
            assertThat(topic.append(null, "none has to have a key").offset()).isEqualTo(10);
            append(topic, 11, 15);
            store.change("t", SPEC);
        }
        assertThat(Logs.segments(log()).get(1)).hasFileName("00000000000000000009.log");
        try (Store store = store();
                Topic topic = store.open("t")) {
            topic.compact(); // a record without a key goes with the first one, as with Kafka
            assertHas(topic, 1L, 3L, 5L, 7L, 9L, 11L, 12L, 13L, 14L);
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void retentionTakesWholeFilesOfACompactedLog(boolean flushed) throws Exception {
        TopicSpec both = SPEC.withCompactionAndRetention().withRetention(Duration.ofDays(2));
        try (Store store = store();
                Topic topic = store.create("t", both)) {
            append(topic, 0, 9);
            topic.compact(); // the published one is that of 6
            assertHas(topic, 1L, 3L, 4L, 5L, 6L, 7L, 8L);
            now.addAndGet(DAY);
            append(topic, 9, 13);
            topic.compact();
            assertHas(topic, 1L, 3L, 5L, 7L, 9L, 10L, 11L, 12L);
            now.addAndGet(DAY + 1);
            append(topic, 13, 16); // those of the first files are too old
            assertHas(topic, 9L, 10L, 11L, 12L, 13L, 14L, 15L);
            assertThat(topic.describe(0).logStart()).isEqualTo(9);
        }
        boot(flushed);
        try (Store store = store();
                Topic topic = store.open("t")) {
            assertThat(topic.describe(0).logStart()).isEqualTo(9);
            assertHas(topic, 9L, 10L, 11L, 12L, 13L, 14L, 15L);
            topic.compact();
            assertHas(topic, 9L, 11L, 13L, 14L, 15L);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstFilesMayHaveNoRecordAnyMore(boolean flushed) throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", SPEC)) {
            for (int i = 0; i < 13; i++) {
                append(topic, i < 6 ? "early" + i % 2 : "late" + i);
            }
            append(topic, "early0");
            append(topic, "early1");
            append(topic, "last"); // begins another file
            topic.compact();
            assertHas(topic, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L);
        }
        for (int boots = 0; boots < 2; boots++) {
            try (Store store = store();
                    Topic topic = store.open("t")) {
                assertHas(topic, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L);
                assertThat(topic.describe(0).logStart()).isZero();
                for (Start start : List.of(Start.earliest(), Start.offset(0), Start.offset(4), Start.timestamp(1))) {
                    try (Cursor cursor = topic.read(0, start)) {
                        assertThat(cursor.tryPoll().getFirst().offset()).isEqualTo(6);
                    }
                }
                topic.compact();
            }
            boot(flushed);
        }
    }

    /** The recovery point of a close is the end of a file, which grows: the first horizon makes the timestamps of its batch longer. */
    @Test
    void aFileThatWasClosedWithAndGrowsIsNotCutByACopyOrABoot(@TempDir Path copied) throws Exception {
        List<NewRecord> batch = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            batch.add(NewRecord.of("key" + i, i == 0 ? null : "v".repeat(50)).withTimestamp(now.get()));
        }
        try (Store store = store();
                Topic topic = store.create("t", SPEC)) {
            var _ = topic.append(batch);
        }
        long closed = Files.size(Logs.segments(log()).getFirst());
        try (Store store = store();
                Topic topic = store.open("t")) {
            append(topic, "first of the next file");
            topic.compact();
            assertThat(Logs.segments(log())).hasSize(2);
            assertThat(Files.size(Logs.segments(log()).getFirst())).isGreaterThan(closed);
            Logs.copy(folder, copied); // before anything else is flushed
        }
        try (Store store = Stores.withChoresAtOnce(copied, clock);
                Topic topic = store.open("t")) {
            assertHas(topic, LongStream.rangeClosed(0, MANY).boxed().toArray(Long[]::new));
        }
    }

    /** Up to the file with the first one that is open all is compacted, and from there on nothing is. */
    @Test
    void whatIsOfAnOpenTransactionStaysAndAllBehindIt() throws Exception {
        place(null);
        try (Store store = store()) {
            store.change("t", SPEC);
            try (Topic topic = store.open("t")) {
                topic.compact();
                assertHas(
                        topic, 1L, 2L, 3L, 4L, 5L,
                        6L); // 0 was of the key of 1; that of 3 is open, and comes again in 5
                assertThat(Logs.word(log(), 840)).isEqualTo(2); // as far as it is compacted
            }
        }
    }

    @Test
    void whatIsOfAnAbortedTransactionGoesAndItsMarkLater() throws Exception {
        place(ControlRecordType.ABORT);
        try (Store store = store()) {
            store.change("t", SPEC);
            try (Topic topic = store.open("t")) {
                topic.compact();
                assertHas(topic, 5L, 6L, 8L);
                assertThat(marks()).isOne();
                topic.compact(); // by now nothing of the transaction is there
                now.addAndGet(DAY - 1);
                topic.compact();
                assertThat(marks()).isOne();
                now.addAndGet(1);
                topic.compact();
                assertThat(marks()).isZero();
                assertHas(topic, 5L, 6L, 8L);
            }
        }
    }

    @Test
    void whatIsOfACommittedTransactionCountsAsAnyOther() throws Exception {
        place(ControlRecordType.COMMIT);
        try (Store store = store()) {
            store.change("t", SPEC);
            try (Topic topic = store.open("t")) {
                topic.compact();
                assertHas(topic, 3L, 5L, 6L, 8L);
            }
        }
    }

    /** The transaction has 2, of key a, and 3, of key b; all others are of key a; the end comes at 7; 8 is of the same producer, without one. */
    private void place(@Nullable ControlRecordType end) throws Exception {
        KafkaLogs.place(folder, plain(0), plain(1));
        MemoryRecords open = MemoryRecords.withTransactionalRecords(
                2, Compression.NONE, 7, (short) 0, 0, 0, record("a"), record("b"));
        KafkaLogs.placeSegment(folder, 2, List.of(open, plain(4)));
        if (end == null) {
            KafkaLogs.placeSegment(folder, 5, List.of(plain(5)));
            KafkaLogs.placeSegment(folder, 6, List.of(plain(6)));
            return;
        }
        MemoryRecords mark =
                MemoryRecords.withEndTransactionMarker(7, now.get(), 0, 7, (short) 0, new EndTransactionMarker(end, 0));
        KafkaLogs.placeSegment(folder, 5, List.of(other(5), plain(6), mark));
        KafkaLogs.placeSegment(
                folder,
                8,
                List.of(MemoryRecords.withIdempotentRecords(8, Compression.NONE, 7, (short) 0, 2, 0, record("a"))));
    }

    private SimpleRecord record(String key) {
        return new SimpleRecord(now.get(), key.getBytes(StandardCharsets.UTF_8), new byte[] {1});
    }

    private MemoryRecords plain(long offset) {
        return MemoryRecords.withRecords(offset, Compression.NONE, 0, record("a"));
    }

    private MemoryRecords other(long offset) {
        return MemoryRecords.withRecords(offset, Compression.NONE, 0, record("c"));
    }

    private long marks() throws Exception {
        long marks = 0;
        for (Path segment : Logs.segments(log())) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
            for (int at = 0; at < bytes.limit(); at += 12 + bytes.getInt(at + 8)) {
                marks += (bytes.getShort(at + 21) & 32) != 0 && bytes.getInt(at + 57) > 0 ? 1 : 0;
            }
        }
        return marks;
    }

    /** As one leaves it that is killed, or ends, between taking an index away and making the new one. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIndexThatIsMissingIsMadeAnew(boolean killed) throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 20);
            topic.compact();
            for (String suffix : Arrays.asList(".index", ".timeindex")) {
                Files.delete(KafkaIndexes.beside(Logs.segments(log()).get(1), suffix));
            }
            if (killed) {
                Logs.setWord(log(), KEEPER, DEAD);
                append(topic, 20, 24); // whoever keeps next does it
            } else {
                topic.compact();
            }
            assertThat(KafkaIndexes.beside(Logs.segments(log()).get(1), ".index"))
                    .exists();
        }
        int _ = KafkaIndexes.assertSound(log());
    }
}
