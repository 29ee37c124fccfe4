package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged in a log is found, and where; and what is not is not. */
@ExtendWith(NoLeaks.class)
class LogCheckTest {
    @TempDir
    Path folder;

    private static Topic filled(Store store, int records) throws Exception {
        Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16));
        for (int i = 0; i < records; i++) {
            var _ = topic.append(NewRecord.of("k" + i, "v".repeat(i % 50)).withHeader("h", "x"));
        }
        return topic;
    }

    private Path partition() {
        return Logs.partition(folder, "t", 0);
    }

    private static NavigableSet<Long> batches(Path file) throws IOException {
        NavigableSet<Long> positions = new TreeSet<>();
        LogDump.of(file, new LogDump.Listener() {
            @Override
            public void onBatch(LogBatch batch, List<TopicRecord> records) {
                assertThat(batch.sound()).isTrue();
                assertThat(records).hasSize(batch.count());
                assertThat(positions.add(batch.position())).isTrue();
            }

            @Override
            public void onDamage(Damage damage) {
                throw new AssertionError(damage);
            }
        });
        return positions;
    }

    private static void flip(Path file, int position, int bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= (byte) (1 << bit);
        var _ = Files.write(file, bytes);
    }

    @Test
    void whateverBitIsFlippedInALogIsFoundAtItsBatch() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = filled(store, 4)) {
            // given
            Path file = Logs.segments(partition()).getFirst();
            var _ = Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1024)); // as after a close
            NavigableSet<Long> batches = batches(file);
            assertThat(batches).hasSize(4);
            int end = (int) topic.describe(0).bytes();
            assertThat(LogCheck.of(topic, 0).isSound()).isTrue();
            for (int at = 0; at < end; at++) {
                for (int bit = at % 3; bit < 8; bit += 3) {
                    // when
                    flip(file, at, bit);
                    LogCheck check = LogCheck.of(topic, 0);
                    flip(file, at, bit);

                    // then
                    assertThat(check.damages()).as("bit %d of byte %d", bit, at).isNotEmpty();
                    assertThat(check.damages().getFirst().position())
                            .as("bit %d of byte %d", bit, at)
                            .isEqualTo(batches.floor((long) at));
                    assertThat(check.damages().getFirst().file()).isEqualTo(file);
                }
            }
            assertThat(LogCheck.of(topic, 0).isSound()).isTrue();
        }
    }

    @Test
    void manySegmentsAreCountedAndTheirIndexesCompared() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = filled(store, 3000)) {
            // given
            PartitionStatus status = topic.describe(0);

            // when
            LogCheck check = LogCheck.of(topic, 0);

            // then
            assertThat(check.damages()).isEmpty();
            assertThat(check).isEqualTo(new LogCheck(0, status.segments(), 3000, 3000, status.bytes(), List.of()));
            assertThat(status.segments())
                    .isGreaterThan(3)
                    .isEqualTo(Logs.segments(partition()).size());
            assertThat(status.next()).isEqualTo(3000);
            assertThat(status.records()).isEqualTo(3000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".index", ".timeindex"})
    void aWrongEntryOfAnIndexIsFoundWhereItStands(String suffix) throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = filled(store, 3000)) {
            // given
            Path segment = Logs.segments(partition()).getFirst();
            Path index = Path.of(segment.toString().replace(".log", suffix));
            int entry = suffix.equals(".index") ? 8 : 12;
            int count = (int) Files.size(index) / entry;
            assertThat(count).isPositive();
            for (int at = 0; at < count * entry; at++) {
                // when
                flip(index, at, at % 8);
                LogCheck check = LogCheck.of(topic, 0);
                flip(index, at, at % 8);

                // then
                assertThat(check.damages()).as("byte " + at).hasSize(1);
                assertThat(check.damages().getFirst().file()).isEqualTo(index);
                assertThat(check.damages().getFirst().position())
                        .as("byte " + at)
                        .isLessThanOrEqualTo(at);
            }
        }
    }

    @Test
    void aSegmentThatIsMissingOrCutIsFound() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = filled(store, 3000)) {
            // given
            List<Path> segments = Logs.segments(partition());
            Path second = segments.get(1);
            byte[] bytes = Files.readAllBytes(second);
            NavigableSet<Long> batches = batches(second);

            // when
            var _ = Files.write(second, Arrays.copyOf(bytes, bytes.length - 1));
            LogCheck cut = LogCheck.of(topic, 0);
            var _ = Files.write(second, Arrays.copyOf(bytes, bytes.length + 10));
            LogCheck longer = LogCheck.of(topic, 0);
            Files.delete(second);
            LogCheck missing = LogCheck.of(topic, 0);
            Files.delete(segments.getFirst());
            LogCheck first = LogCheck.of(topic, 0);

            // then
            assertThat(cut.damages().getFirst())
                    .isEqualTo(new Damage(second, batches.last(), "no batch begins there that ends in the file"));
            assertThat(longer.damages().getFirst().position()).isEqualTo(bytes.length);
            assertThat(missing.damages().getFirst().file()).isEqualTo(segments.get(2));
            assertThat(missing.damages().getFirst().found())
                    .startsWith("offsets ")
                    .endsWith(" are missing");
            assertThat(first.damages().getFirst().file()).isEqualTo(partition());
        }
    }

    @Test
    void nothingIsFoundWhileAnotherProcessAppends() throws Exception {
        // given
        try (Store store = Store.create(folder);
                Topic topic = store.create(
                        "t", TopicSpec.partitions(1).withSegmentBytes(1 << 16).withRetentionBytes(1 << 17));
                Talk far = Talk.start(FarSide.command("append", folder, 20_000))) {
            List<LogCheck> checks = new ArrayList<>();

            // when
            while (topic.describe(0).next() < 20_000) {
                checks.add(LogCheck.of(topic, 0));
            }
            assertThat(far.line()).isEqualTo("appended");

            // then
            assertThat(checks).allSatisfy(check -> assertThat(check.damages()).isEmpty());
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
        }
    }

    /** No CRC covers it, and two batches fit into a segment here. */
    @Test
    void whateverBitOfABaseOffsetIsFlippedReadersAreToldAtItsBatch() throws Exception {
        int many = 6;
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16))) {
            // given
            for (int i = 0; i < many; i++) {
                var _ = topic.append(NewRecord.of(null, new byte[30_000]).withTimestamp(1000 + i));
            }
            List<Path> segments = Logs.segments(partition());
            assertThat(segments).hasSize(many / 2);
            for (int offset = 0; offset < many; offset++) {
                Path file = segments.get(offset / 2);
                long position =
                        offset % 2 == 0 ? 0 : batches(segments.getFirst()).last();
                for (int bit = 0; bit < Long.SIZE; bit++) {
                    // when
                    flip(file, (int) position + bit / 8, bit % 8);
                    List<Long> read = untilDamage(topic, Start.earliest(), file, position);
                    List<Long> ofTime = untilDamage(topic, Start.timestamp(1000 + offset), file, position);
                    flip(file, (int) position + bit / 8, bit % 8);

                    // then
                    assertThat(read).as("bit %d of %d", bit, offset).hasSize(offset);
                    assertThat(ofTime).as("bit %d of %d", bit, offset).isEmpty();
                }
            }
            assertThat(Logs.all(topic)).hasSize(many);
        }
    }

    /** What is read before that place, which is told. */
    private static List<Long> untilDamage(Topic topic, Start start, Path file, long position) throws Exception {
        List<Long> read = new ArrayList<>();
        try (Cursor cursor = topic.read(start)) {
            assertThatThrownBy(() -> {
                        List<TopicRecord> some = cursor.tryPoll();
                        while (!some.isEmpty()) {
                            some.forEach(record -> read.add(record.offset()));
                            some = cursor.tryPoll();
                        }
                    })
                    .isInstanceOfSatisfying(ErrnoException.class, told -> {
                        assertThat(told.problem()).isEqualTo(Problem.DAMAGED_LOG);
                        assertThat(told.target()).isEqualTo(file.toString());
                        assertThat(told.limit() + told.value()).contains("position " + position);
                    });
        }
        return read;
    }

    @Test
    void whatRetentionRemovesMeanwhileIsNoDamage() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = filled(store, 3000)) {
            // given
            List<Path> segments = Logs.segments(partition());
            Path second = segments.get(1);
            long third = Long.parseLong(segments.get(2).getFileName().toString().replace(".log", ""));
            byte[] bytes = Files.readAllBytes(second);

            // when
            Logs.setWord(partition(), 512, third); // the log start
            Files.delete(second);
            var _ = Files.createSymbolicLink(second, Path.of("gone")); // it is listed, and then it is not there
            LogCheck check = LogCheck.of(topic, 0);
            Files.delete(second);
            var _ = Files.write(second, bytes);

            // then
            assertThat(check.damages()).isEmpty();
            assertThat(check.segments()).isEqualTo(segments.size() - 1);
        }
    }
}
