package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is done in whatever order: appending in all ways, rolling, letting go, closing, booting. A list in memory says what
 * readers have to see. The seed stands in what fails.
 */
@ExtendWith(NoLeaks.class)
class AnyOrderTest {
    private static final int STEPS = 400;
    private static final int LARGE = 9_000;

    @TempDir
    Path folder;

    private static List<Long> seeds() {
        Random random = new Random();
        return random.longs(Integer.getInteger("naru.anyorder.runs", 10))
                .boxed()
                .toList();
    }

    /** A record as it should be. */
    private record Kept(long offset, long timestamp, String key, int bytes) {
        static Kept of(TopicRecord record) {
            byte[] value = record.valueBytes();
            return new Kept(record.offset(), record.timestamp(), record.key(), value == null ? -1 : value.length);
        }
    }

    /** One run. */
    private final class Run {
        private final Random random;
        private final List<Kept> kept = new ArrayList<>();
        private final List<Cursor> cursors = new ArrayList<>();
        private long now = 1_000_000;
        private long next;
        private Store store;
        private Topic topic;

        Run(long seed) throws Exception {
            random = new Random(seed);
            store = open();
            TopicSpec spec = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
            if (random.nextBoolean()) {
                spec = spec.with(TopicSetting.SEGMENT_MILLIS, 5_000);
            }
            if (random.nextBoolean()) {
                spec = spec.withFlushEvery(1 + random.nextInt(20));
            }
            topic = store.create("t", spec);
        }

        private Store open() throws Exception {
            InstantSource clock = () -> Instant.ofEpochMilli(now);
            return Stores.withChoresAtOnce(folder, clock);
        }

        private Path log() {
            return Logs.partition(folder, "t", 0);
        }

        void step() throws Exception {
            now += random.nextInt(200);
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> append(random.nextInt(300));
                case 3 -> append(LARGE + random.nextInt(LARGE));
                case 4, 5 -> batch(1 + random.nextInt(30));
                case 6 -> giveUp();
                case 7 -> read();
                case 8 -> letGo();
                case 9 -> time();
                case 10 -> reopen(random.nextInt(3) == 0);
                default -> follow();
            }
        }

        private void append(int bytes) throws Exception {
            String key = random.nextBoolean() ? "k" + random.nextInt(9) : null;
            Appended appended = topic.append(
                    NewRecord.of(key == null ? null : key.getBytes(StandardCharsets.UTF_8), new byte[bytes])
                            .withTimestamp(now));
            assertThat(appended).isEqualTo(new Appended(0, next));
            kept.add(new Kept(next++, now, key, bytes));
        }

        private void batch(int records) throws Exception {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.BATCH_OVERHEAD + records * TopicWriter.mostBytes(0, 50));
            for (int i = 0; i < records; i++) {
                int bytes = random.nextInt(50);
                long timestamp = now - random.nextInt(1000);
                assertThat(writer.next(TopicWriter.NONE, bytes, timestamp)).isTrue();
                writer.memory().asSlice(writer.valueOffset(), bytes).fill((byte) 0);
                kept.add(new Kept(next + i, timestamp, null, bytes));
            }
            assertThat(writer.publish()).isEqualTo(next);
            next += records;
        }

        private void giveUp() throws Exception {
            TopicWriter writer = topic.writer(0);
            writer.claim(1000 + random.nextInt(20_000));
            if (random.nextBoolean()) {
                boolean _ = writer.next(TopicWriter.NONE, 500, now);
            }
            writer.abort();
        }

        /** Nothing that is to be there is missing; of what may go, segments may still be there. */
        private void read() throws Exception {
            assertThat(Logs.all(topic).stream().map(Kept::of)).isEqualTo(kept);
        }

        private void letGo() throws Exception {
            int gone = random.nextInt(kept.size() / 3 + 1);
            long start = gone == kept.size() ? next : kept.get(gone).offset();
            topic.deleteBefore(0, start);
            kept.subList(0, gone).clear();
        }

        private void time() throws Exception {
            long wanted = now - random.nextInt(20_000);
            long found = kept.stream()
                    .filter(record -> record.timestamp() >= wanted)
                    .mapToLong(Kept::offset)
                    .findFirst()
                    .orElse(next);
            try (Cursor cursor = topic.read(Start.timestamp(wanted))) {
                assertThat(cursor.position(0)).isEqualTo(found);
            }
        }

        private void follow() throws Exception {
            if (cursors.size() < 3) {
                cursors.add(topic.read(Start.latest().orEarliest()));
                return;
            }
            Cursor cursor = cursors.get(random.nextInt(cursors.size()));
            long from = cursor.position(0);
            List<TopicRecord> records = cursor.tryPoll();
            if (!records.isEmpty()) {
                long first = records.getFirst().offset(); // what goes meanwhile may still be read where it lies open
                assertThat(first).isGreaterThanOrEqualTo(from);
                List<Kept> expected =
                        kept.stream().filter(record -> record.offset() >= first).toList();
                List<Kept> seen = records.stream().map(Kept::of).toList();
                int old = (int) seen.stream()
                        .filter(record -> kept.isEmpty()
                                || record.offset() < kept.getFirst().offset())
                        .count();
                assertThat(seen.subList(old, seen.size())).isEqualTo(expected.subList(0, seen.size() - old));
            }
        }

        private void reopen(boolean boot) throws Exception {
            cursors.clear(); // the topic closes them
            store.close();
            int _ = KafkaIndexes.assertSound(log());
            if (boot) {
                Logs.forgetBoot(log());
            }
            store = open();
            topic = store.open("t");
            read();
        }

        void end() throws Exception {
            reopen(true);
            close();
        }

        void close() throws Exception {
            store.close();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allIsAsAListWouldHaveIt(long seed) throws Exception {
        Run run = new Run(seed);
        try {
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
            run.end();
        } catch (Exception | AssertionError failed) {
            run.close();
            throw new AssertionError("seed " + seed, failed);
        }
    }
}
