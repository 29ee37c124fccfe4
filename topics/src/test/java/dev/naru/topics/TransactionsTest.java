package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.KafkaLogs;
import dev.naru.topics.testing.Logs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Logs with transactions that Kafka's own classes wrote; none has a {@code .txnindex}. */
@ExtendWith(NoLeaks.class)
class TransactionsTest {
    @TempDir
    Path folder;

    private long next;

    private static SimpleRecord record(String value) {
        return new SimpleRecord(1000, null, value.getBytes(StandardCharsets.UTF_8));
    }

    private MemoryRecords plain(String value) {
        return MemoryRecords.withRecords(next++, Compression.NONE, 0, record(value));
    }

    private MemoryRecords transactional(long producer, String value) {
        return MemoryRecords.withTransactionalRecords(
                next++, Compression.NONE, producer, (short) 0, 0, 0, record(value));
    }

    private MemoryRecords mark(long producer, ControlRecordType type) {
        return MemoryRecords.withEndTransactionMarker(
                next++, 1000, 0, producer, (short) 0, new EndTransactionMarker(type, 0));
    }

    private List<String> committed() throws Exception {
        List<String> values = new ArrayList<>();
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(Start.earliest(), ReadOptions.committed())) {
            int before;
            do {
                before = values.size();
                cursor.tryPoll().forEach(record -> values.add(record.value()));
            } while (values.size() > before);
            assertThat(cursor.await(Duration.ZERO)).isFalse();
        }
        return values;
    }

    @Test
    void whatWasAbortedIsLeftOut() throws Exception {
        KafkaLogs.place(
                folder,
                transactional(1, "aborted"),
                transactional(2, "a"),
                plain("b"),
                transactional(1, "aborted too"),
                mark(1, ControlRecordType.ABORT),
                transactional(1, "c"),
                mark(2, ControlRecordType.COMMIT),
                transactional(2, "aborted again"),
                mark(1, ControlRecordType.COMMIT),
                mark(2, ControlRecordType.ABORT),
                plain("d"));

        assertThat(committed()).containsExactly("a", "b", "c", "d");
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            assertThat(Logs.values(topic))
                    .containsExactly("aborted", "a", "b", "aborted too", "c", "aborted again", "d");
        }
    }

    @Test
    void nothingBehindAnOpenTransactionIsRead() throws Exception {
        KafkaLogs.place(folder, plain("a"), transactional(1, "open"), plain("behind"));

        assertThat(committed()).containsExactly("a");
    }

    /** Random transactions of five producers, over many segments. */
    @Test
    void itIsWhatTheMarksSay() throws Exception {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            next = 0;
            Map<Long, List<String>> open = new HashMap<>();
            TreeMap<Long, List<MemoryRecords>> segments = new TreeMap<>(Map.of(0L, new ArrayList<>()));
            Map<String, Long> offsets = new HashMap<>();
            List<String> kept = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                long producer = random.nextInt(5);
                String value = "v" + i;
                MemoryRecords batch;
                if (random.nextInt(4) == 0) {
                    offsets.put(value, next);
                    batch = plain(value);
                    kept.add(value);
                } else if (random.nextInt(3) == 0 && open.containsKey(producer)) {
                    boolean commit = random.nextBoolean();
                    batch = mark(producer, commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT);
                    List<String> decided = open.remove(producer);
                    if (commit) {
                        kept.addAll(decided);
                    }
                } else {
                    offsets.put(value, next);
                    batch = transactional(producer, value);
                    open.computeIfAbsent(producer, _ -> new ArrayList<>()).add(value);
                }
                if (random.nextInt(10) == 0) {
                    segments.put(next - 1, new ArrayList<>());
                }
                segments.lastEntry().getValue().add(batch);
            }
            long stable = open.values().stream()
                    .mapToLong(values -> offsets.get(values.getFirst()))
                    .min()
                    .orElse(next);
            Path home = folder.resolve("s" + seed);
            KafkaLogs.place(home, segments.firstEntry().getValue().toArray(MemoryRecords[]::new));
            for (var segment : segments.tailMap(1L).entrySet()) {
                KafkaLogs.placeSegment(home, segment.getKey(), segment.getValue());
            }

            Path before = folder;
            folder = home;
            assertThat(committed())
                    .as("seed %d", seed)
                    .isEqualTo(kept.stream()
                            .filter(value -> offsets.get(value) < stable)
                            .sorted((a, b) -> Long.compare(offsets.get(a), offsets.get(b)))
                            .toList());
            folder = before;
            assertThat(Logs.partition(home, "t", 0).resolve("00000000000000000000.txnindex"))
                    .doesNotExist();
        }
    }

    @Test
    void whatTheReaderHasPassedIsNotKept() throws Exception {
        int producers = 50;
        MemoryRecords[] batches = new MemoryRecords[2 * producers];
        for (int i = 0; i < producers; i++) {
            batches[2 * i] = transactional(i, "v" + i);
            batches[2 * i + 1] = mark(i, i % 2 == 0 ? ControlRecordType.COMMIT : ControlRecordType.ABORT);
        }
        KafkaLogs.place(folder, batches);
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Transactions transactions = new Transactions(topic.partition(0))) {
            for (int i = 0; i < producers; i++) {
                assertThat(transactions.of(i, 2L * i, 0))
                        .isEqualTo(i % 2 == 0 ? Transactions.Outcome.COMMITTED : Transactions.Outcome.ABORTED);
                assertThat(transactions.kept()).isEqualTo(1);
            }
        }
    }
}
