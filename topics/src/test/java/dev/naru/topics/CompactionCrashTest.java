package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.CrashLoader;
import dev.naru.topics.testing.CrashRecorder;
import dev.naru.topics.testing.CrashRecorder.State;
import dev.naru.topics.testing.CrashScript;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A compaction that is killed after each of its stores, and one at which the power is cut: all that stays is there, once and in order,
 * nothing else but what was appended, and the next one ends it.
 */
@ExtendWith(NoLeaks.class)
class CompactionCrashTest {
    private static final String PARTITION = "topics/t-0/";
    private static final String BLOCK = PARTITION + "partition.naru";
    private static final String FIRST = PARTITION + "00000000000000000000.log";
    private static final String SECOND = PARTITION + "00000000000000000003.log";
    private static final Long[] SURVIVORS = {1L, 3L, 5L, 7L, 8L, 9L};

    @TempDir
    Path folder;

    private int laidOut;

    private static List<State> record(CrashScript script, Path store) throws Exception {
        return CrashRecorder.record(store, () -> CrashLoader.run(script, store));
    }

    private List<State> compaction() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.FILL_KEYS, store);
        return record(CrashScript.COMPACT, store);
    }

    private Path layOut(State state) throws Exception {
        Path store = Files.createDirectories(folder.resolve("crash-" + laidOut++));
        state.layOut(store);
        return store;
    }

    private static List<Long> offsets(Topic topic) throws Exception {
        return Logs.all(topic).stream()
                .filter(record -> record.offset() < 10)
                .map(TopicRecord::offset)
                .toList();
    }

    private static void judge(Path path) throws Exception {
        try (Store store = Stores.withChoresAtOnce(path);
                Topic topic = store.open("t")) {
            assertThat(offsets(topic)).isSorted().doesNotHaveDuplicates().contains(SURVIVORS);
            for (TopicRecord record : Logs.all(topic)) {
                assertThat(record.value()).startsWith(record.offset() + ".");
            }
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
            long next = topic.describe(0).next();
            assertThat(topic.append("new", next + ".").offset()).isEqualTo(next);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(SURVIVORS);
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
        }
        Path partition = Logs.partition(path, "t", 0);
        assertThat(Logs.segments(partition)).hasSizeBetween(2, 3); // what was small before is merged
        try (var files = Files.list(partition)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".cleaned"));
        }
        int _ = KafkaIndexes.assertSound(partition);
    }

    /** Nothing tells any more that it was compacted but the control block. */
    private static void judgeWhereAllIsKept(Path path) throws Exception {
        try (Store store = Stores.withChoresAtOnce(path)) {
            store.change("t", TopicSpec.partitions(1).withSegmentBytes(1 << 16));
            try (Topic topic = store.open("t")) {
                assertThat(offsets(topic)).isSorted().doesNotHaveDuplicates().contains(SURVIVORS);
                assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
            }
        }
    }

    @Test
    void killedAnywhereItLeavesAllThatStays() throws Exception {
        List<State> states = compaction();

        assertThat(states).hasSizeGreaterThan(30);
        assertThat(states.getFirst().files()).containsKeys(FIRST, SECOND);
        assertThat(states.getLast().files()).doesNotContainKey(SECOND);
        for (State state : states) {
            judge(layOut(state));
        }
    }

    @Test
    void aPowerCutAnywhereLeavesAllThatStays() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (State state : compaction()) {
            for (State left : List.of(state.onDisk(), state.powerCut(random), state.powerCut(random))) {
                Path path = layOut(left);
                Logs.forgetBoot(Logs.partition(path, "t", 0));
                judge(path);
                Path kept = layOut(left);
                Logs.forgetBoot(Logs.partition(kept, "t", 0));
                judgeWhereAllIsKept(kept);
            }
        }
    }

    private static long generation(byte[] block) {
        ByteBuffer words = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        return words.getLong(264 + 64 * (int) (words.getLong(256) & 1) + 24);
    }

    /** What a reader stands on: the rename before the flip, the flip before the others go. */
    private static void assertOrder(List<State> states) {
        byte[] old = states.getFirst().files().get(FIRST);
        long before = generation(states.getFirst().files().get(BLOCK));
        for (State state : states) {
            boolean renamed = !Arrays.equals(state.files().get(FIRST), old);
            boolean flipped = generation(state.files().get(BLOCK)) != before;
            boolean gone = !state.files().containsKey(SECOND);
            assertThat(renamed || !flipped).as("a flip before the rename").isTrue();
            assertThat(flipped || !gone).as("an unlink before the flip").isTrue();
        }
    }

    @Test
    void theRenameComesFirstThenTheFlipThenTheOthersGo() throws Exception {
        assertOrder(compaction());
    }

    /** Else that test might find nothing. */
    @Test
    void aFlipBeforeTheRenameWouldBeFound() throws Exception {
        List<State> states = compaction();
        State flipped = states.stream()
                .filter(state -> generation(state.files().get(BLOCK))
                        != generation(states.getFirst().files().get(BLOCK)))
                .findFirst()
                .orElseThrow();
        State early = states.getFirst().with(flipped, BLOCK);
        assertThatThrownBy(() -> assertOrder(List.of(states.getFirst(), early)))
                .hasMessageContaining("a flip before the rename");
    }
}
