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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A crash after each store. The library runs once, and what lies in the store after each change is kept; then each of these
 * is laid out as a store whose process was killed there, and the library has to make the best of it: all that was answered is
 * there, once and in order, nothing else but what was begun, and appending goes on.
 */
@ExtendWith(NoLeaks.class)
class CrashPrefixTest {
    private static final String BLOCK = "topics/t-0/partition.naru";
    private static final String SEGMENT = "topics/t-0/00000000000000000000.log";

    @TempDir
    Path folder;

    private int laidOut;

    private Path layOut(State state) throws Exception {
        Path store = Files.createDirectories(folder.resolve("crash-" + laidOut++));
        state.layOut(store);
        return store;
    }

    private static List<State> record(CrashScript script, Path store) throws Exception {
        return CrashRecorder.record(store, () -> CrashLoader.run(script, store));
    }

    private static int number(TopicRecord record) {
        return MemorySegment.ofArray(record.valueBytes()).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    /** Dense from 0, and as many as that. */
    private static int records(Topic topic) throws Exception {
        int next = 0;
        for (TopicRecord record : Logs.all(topic)) {
            assertThat(record.offset()).isEqualTo(next);
            assertThat(number(record)).isEqualTo(next);
            next++;
        }
        return next;
    }

    /** @param before how many records were there before the recording */
    private void judge(State state, int before) throws Exception {
        Path path = layOut(state);
        int found;
        try (Store store = Store.openOrCreate(path);
                Topic topic = store.openOrCreate("t", CrashScript.SPEC)) {
            found = records(topic);
            assertThat(found).isBetween(before + state.answered(), before + state.begun());
            byte[] value = MemorySegment.ofArray(new int[] {found, 0, 0}).toArray(ValueLayout.JAVA_BYTE);
            assertThat(topic.append(null, value).offset()).isEqualTo(found);
            assertThat(records(topic)).isEqualTo(found + 1);
        }
        assertThat(parsedByKafka(path)).isEqualTo(found + 1);
        int _ = KafkaIndexes.assertSound(Logs.partition(path, "t", 0));
    }

    private static int parsedByKafka(Path store) throws Exception {
        int records = 0;
        for (Path segment : Logs.segments(Logs.partition(store, "t", 0))) {
            try (FileRecords file = FileRecords.open(segment.toFile(), false)) {
                int bytes = 0;
                for (RecordBatch batch : file.batches()) {
                    batch.ensureValid();
                    assertThat(batch.baseOffset()).isEqualTo(records);
                    records += batch.countOrNull();
                    bytes += batch.sizeInBytes();
                }
                assertThat(bytes).as("%s ends where its data ends", segment).isEqualTo(file.sizeInBytes());
            }
        }
        return records;
    }

    @Test
    void aStoreThatIsBeingMade() throws Exception {
        List<State> states = record(CrashScript.CREATE, Files.createDirectories(folder.resolve("store")));

        assertThat(states).hasSizeGreaterThan(20);
        for (State state : states) {
            judge(state, 0);
        }
    }

    @Test
    void aLogThatGrowsAndRolls() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        List<State> states = record(CrashScript.GROW, store);

        assertThat(states).hasSizeGreaterThan(80);
        assertThat(states.getLast().files()).containsKeys(SEGMENT, "topics/t-0/00000000000000000006.log");
        for (State state : states) {
            judge(state, 3);
        }
    }

    /** Whoever is killed while it lets go leaves a log that begins somewhere, and has all from there on. */
    @Test
    void aLogThatLetsGo() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        List<State> states = record(CrashScript.LET_GO, store);

        assertThat(states).hasSizeGreaterThan(80);
        assertThat(states.getFirst().files()).containsKey(SEGMENT);
        assertThat(states.getLast().files()).doesNotContainKey(SEGMENT);
        long start = 0;
        for (State state : states) {
            Path path = layOut(state);
            try (Store opened = Store.open(path);
                    Topic topic = opened.open("t")) {
                List<TopicRecord> all = Logs.all(topic);
                long first =
                        all.isEmpty() ? 3L + state.answered() : all.getFirst().offset();
                assertThat(first).as("nothing comes back").isGreaterThanOrEqualTo(start);
                start = first;
                for (TopicRecord record : all) {
                    assertThat(record.offset()).isEqualTo(first);
                    assertThat(number(record)).isEqualTo((int) first++);
                }
                assertThat(first).isBetween(3L + state.answered(), 3L + state.begun());
                assertThat(topic.append("k", "v").offset()).isEqualTo(first);
            }
            Logs.forgetBoot(Logs.partition(path, "t", 0)); // as after a power cut that lost nothing
            try (Store opened = Store.open(path);
                    Topic topic = opened.open("t")) {
                assertThat(Logs.all(topic).getFirst().offset()).isGreaterThanOrEqualTo(start);
            }
        }
        assertThat(start).isEqualTo(7);
    }

    /** Killed while it removes a topic, it is there with all it had, or another one can be made, and is empty. */
    @Test
    void aTopicThatIsRemoved() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        List<State> states = record(CrashScript.REMOVE, store);

        assertThat(states).hasSizeGreaterThan(15);
        for (State state : states) {
            try (Store opened = Store.openOrCreate(layOut(state))) { // which makes the folders that had no file
                boolean there = opened.topics().contains("t") && state.answered() == 0;
                try (Topic topic = opened.openOrCreate("t", CrashScript.SPEC)) {
                    assertThat(records(topic)).isEqualTo(there ? 3 : 0);
                    assertThat(topic.append("k", "v").offset()).isEqualTo(there ? 3 : 0);
                }
                opened.remove("t");
                assertThat(opened.topics()).isEmpty();
            }
        }
    }

    @Test
    void aBatchAndAClaimThatWasGivenUp() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        List<State> states = record(CrashScript.BATCH, store);

        assertThat(states).hasSizeGreaterThan(10);
        for (State state : states) {
            judge(state, 3);
        }
    }

    @Test
    void whoTakesOverIsKilledToo() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        List<State> states = record(CrashScript.GROW, store);
        for (int first = 1; first < states.size(); first += 9) {
            Path left = layOut(states.get(first));
            int before;
            try (Store opened = Store.open(layOut(states.get(first)));
                    Topic topic = opened.open("t")) {
                before = records(topic);
            }
            for (State state : record(CrashScript.BATCH, left)) {
                judge(state, before);
            }
        }
    }

    /** Else this whole class might find nothing: stores in another order than ours must be told. */
    @Test
    void aFlipBeforeItsBytesWouldBeFound() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        List<State> states = record(CrashScript.CREATE, store);
        State answered = states.stream()
                .filter(state -> state.answered() == 2)
                .findFirst()
                .orElseThrow();
        State bytesOfBefore = states.stream()
                .filter(state -> state.answered() == 1)
                .findFirst()
                .orElseThrow();

        judge(answered, 0);
        assertThat(answered.files()).containsKeys(BLOCK, SEGMENT);
        assertThatThrownBy(() -> judge(answered.with(bytesOfBefore, SEGMENT), 0))
                .isNotNull();
        assertThatThrownBy(() -> judge(answered.with(bytesOfBefore, BLOCK), 0)).isInstanceOf(AssertionError.class);
    }
}
