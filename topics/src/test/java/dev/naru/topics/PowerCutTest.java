package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A power cut after each store and each wait for the disk. What the library had waited for is there; of all else the kernel had
 * written some sectors, some sizes and some names. Each of these is laid out and opened as after a boot.
 */
@ExtendWith(NoLeaks.class)
class PowerCutTest {
    private static final int MIXES = 1;

    @TempDir
    Path folder;

    private int laidOut;

    private static List<State> record(CrashScript script, Path store) throws Exception {
        return CrashRecorder.record(store, () -> CrashLoader.run(script, store));
    }

    private List<State> grown(CrashScript created) throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(created, store);
        List<State> states = record(CrashScript.GROW, store);
        assertThat(states).hasSizeGreaterThan(80);
        return states;
    }

    /** How many records are there after it: a prefix of what was appended, and appending goes on. */
    private int recovered(State state) throws Exception {
        Path path = Files.createDirectories(folder.resolve("cut-" + laidOut++));
        state.layOut(path);
        int found = -1;
        for (int boot = 0; boot < 2; boot++) {
            Logs.forgetBoot(Logs.partition(path, "t", 0));
            try (Store store = Store.open(path);
                    Topic topic = store.open("t")) {
                List<TopicRecord> records = Logs.all(topic);
                for (int i = 0; i < records.size(); i++) {
                    assertThat(records.get(i).offset()).isEqualTo(i);
                    assertThat(number(records.get(i))).isEqualTo(i);
                }
                if (boot == 0) {
                    found = records.size();
                    byte[] value = MemorySegment.ofArray(new int[] {found, 0}).toArray(ValueLayout.JAVA_BYTE);
                    assertThat(topic.append(null, value).offset()).isEqualTo(found);
                } else {
                    assertThat(records).hasSize(found + 1);
                }
            }
            int _ = KafkaIndexes.assertSound(Logs.partition(path, "t", 0));
        }
        return found;
    }

    private static int number(TopicRecord record) {
        return MemorySegment.ofArray(record.valueBytes()).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    @Test
    void whatWasFlushedBeforeTheAnswerIsThere() throws Exception {
        Random random = new Random(11);
        for (State state : grown(CrashScript.CREATE_FLUSHED)) {
            assertThat(recovered(state.onDisk())).isBetween(3 + state.answered(), 3 + state.begun());
            for (int mix = 0; mix < MIXES; mix++) {
                assertThat(recovered(state.powerCut(random))).isBetween(3 + state.answered(), 3 + state.begun());
            }
        }
    }

    /** What stood there when the last process closed it is on the disk, and what is sealed, soon after. */
    @Test
    void whatWasNotFlushedIsAPrefixAtLeast() throws Exception {
        Random random = new Random(12);
        boolean lost = false;
        for (State state : grown(CrashScript.CREATE)) {
            int sure = recovered(state.onDisk());
            lost |= sure < 3 + state.answered(); // else this class might find nothing
            assertThat(sure).isBetween(3, 3 + state.begun());
            for (int mix = 0; mix < MIXES; mix++) {
                assertThat(recovered(state.powerCut(random))).isBetween(sure, 3 + state.begun());
            }
        }
        assertThat(lost).isTrue();
    }

    @Test
    void allIsThereAfterAClose() throws Exception {
        State last = grown(CrashScript.CREATE).getLast();

        assertThat(recovered(last.onDisk())).isEqualTo(3 + last.begun());
    }

    /** Else the old topic were there after a power cut without its files, or the new one with those of the old. */
    @Test
    void eachStepOfARemovalThatAnotherEndsIsOnTheDisk() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        String segment = "topics/t-0/00000000000000000000.log";
        boolean renamed = false;
        boolean ended = false;
        for (State state : record(CrashScript.END_REMOVAL, store)) {
            renamed |= !state.disk().containsKey("settings/t.properties");
            ended |= renamed && !state.files().containsKey("settings/t.removed");
            if (!renamed) {
                assertThat(state.files()).containsKey(segment);
            }
            if (ended) {
                assertThat(state.disk()).doesNotContainKey(segment);
            }
        }
        assertThat(ended).isTrue();
    }

    /** Both could be torn, and then the log start were lost. */
    @Test
    void atMostOneRecoveryPointIsNotOnTheDisk() throws Exception {
        Path store = Files.createDirectories(folder.resolve("store"));
        var _ = record(CrashScript.CREATE, store);
        int uncertain = 0;
        for (State state : record(CrashScript.KEEP_AFTER_DEATH, store)) {
            boolean first = isOnDisk(state, 640);
            boolean second = isOnDisk(state, 704);
            assertThat(first || second).isTrue();
            uncertain += first && second ? 0 : 1;
        }
        assertThat(uncertain).isPositive(); // else this test might find nothing
    }

    private static boolean isOnDisk(State state, int slot) {
        byte[] now = state.files().get("topics/t-0/partition.naru");
        byte[] sure = state.disk().get("topics/t-0/partition.naru");
        return Arrays.equals(now, slot, slot + 48, sure, slot, slot + 48);
    }
}
