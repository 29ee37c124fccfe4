package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes that compact are killed, beside one that appends and one that reads. */
@ExtendWith(NoLeaks.class)
class CompactionProcessesTest {
    private static final int KILLS = Integer.getInteger("naru.compaction.kills", 6);
    private static final int MOST_SPINS = 400;
    private static final TopicSpec SPEC =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction().withDirtyRatio(0.1);

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private boolean isAtIt() throws IOException {
        try (var files = Files.list(log())) {
            return files.anyMatch(file -> file.toString().endsWith(".cleaned"));
        }
    }

    @Test
    void whoeverIsKilledWhileItCompactsLosesNothingAndDisturbsNobody() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Store.create(folder).close();
        try (Store store = Store.open(folder)) {
            store.create("t", SPEC).close();
            try (Talk writer = Talk.start(FarSide.command("append-keys", folder));
                    Talk reader = Talk.start(FarSide.command("follow-keys", folder))) {
                Task<Long> written = Task.start(ThreadKind.PLATFORM, () -> {
                    List<String> said = saidBy(writer);
                    return Long.parseLong(said.getLast());
                });
                Task<Set<String>> read = Task.start(ThreadKind.PLATFORM, () -> {
                    return Set.copyOf(saidBy(reader));
                });
                for (int i = 0; i < KILLS; i++) {
                    try (Talk compactor = Talk.start(FarSide.command("compact", folder))) {
                        assertThat(compactor.line()).isEqualTo("compacts");
                        Await.until("a compaction", this::isAtIt);
                        for (int spins = random.nextInt(MOST_SPINS); spins > 0; spins--) {
                            boolean _ = isAtIt();
                        }
                        compactor.kill();
                    }
                }
                writer.kill();
                reader.kill();
                assertThat(read.result()).as("seed %d", seed).containsExactly("all");
                judge(written.result(), seed);
            }
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    /** Each does what the other did not, and whoever comes second at a time finds nothing to do. */
    @Test
    void severalThatCompactAtOnceDisturbNobody() throws Exception {
        Store.create(folder).close();
        try (Store store = Store.open(folder)) {
            store.create("t", SPEC).close();
            try (Talk writer = Talk.start(FarSide.command("append-keys", folder));
                    Talk reader = Talk.start(FarSide.command("follow-keys", folder));
                    Talk one = Talk.start(FarSide.command("compact", folder));
                    Talk other = Talk.start(FarSide.command("compact", folder))) {
                Task<Long> written = Task.start(ThreadKind.PLATFORM, () -> {
                    List<String> said = saidBy(writer);
                    return Long.parseLong(said.getLast());
                });
                Task<Set<String>> read = Task.start(ThreadKind.PLATFORM, () -> {
                    return Set.copyOf(saidBy(reader));
                });
                long before = generation();
                Await.until("replaced segments", () -> generation() > before + 40);
                assertThat(one.isAlive() && other.isAlive()).isTrue();
                writer.kill();
                reader.kill();
                one.kill();
                other.kill();
                assertThat(read.result()).containsExactly("all");
                judge(written.result(), 0);
            }
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    private long generation() throws IOException {
        return Logs.word(log(), 264 + 64 * (Logs.word(log(), 256) & 1) + 24);
    }

    /** All that it says until it is killed; a line that it was just saying may be cut. */
    private static List<String> saidBy(Talk talk) throws IOException {
        List<String> said = new ArrayList<>();
        try {
            while (true) {
                said.add(talk.line());
            }
        } catch (AssertionError ended) {
            return said;
        }
    }

    private void judge(long answered, long seed) throws Exception {
        try (Store store = Store.open(folder);
                Topic topic = store.open("t")) {
            topic.compact();
            long end = topic.describe(0).next();
            assertThat(end).as("seed %d", seed).isBetween(answered + 1, answered + 2);
            List<Long> offsets =
                    Logs.all(topic).stream().map(TopicRecord::offset).toList();
            assertThat(offsets).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
            for (long offset = 0; offset < end; offset += 5) {
                assertThat(offsets).as("seed %d", seed).contains(offset);
            }
            assertThat(offsets).as("seed %d", seed).contains(end - 1, end - 2, end - 3, end - 4);
            assertThat(LogCheck.of(topic, 0).damages()).as("seed %d", seed).isEmpty();
            var _ = topic.append("last", end + ".");
        }
    }
}
