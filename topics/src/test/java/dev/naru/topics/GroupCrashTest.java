package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.CrashLoader;
import dev.naru.topics.testing.CrashRecorder;
import dev.naru.topics.testing.CrashRecorder.State;
import dev.naru.topics.testing.GroupScript;
import dev.naru.topics.testing.Logs;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A crash after each store that joining, dividing, committing and leaving make: what lies there then is laid out as a store whose
 * processes were killed, and opened. What was committed is committed, whole, and a new member has all partitions and begins there.
 */
@ExtendWith(NoLeaks.class)
class GroupCrashTest {
    private static final String FILE = "groups/g.naru";
    private static final PartitionId FIRST = new PartitionId("t", 0);
    private static final long BOOT_AT = 40;

    @TempDir
    Path folder;

    private Path data;
    private int laidOut;

    @BeforeEach
    void create() throws Exception {
        data = folder.resolve("store");
        try (Store store = Store.create(data);
                Topic topic = store.create("t", TopicSpec.partitions(2))) {
            for (int i = 0; i < 4; i++) {
                var _ = topic.append(NewRecord.of(null, "v" + i).toPartition(0));
            }
        }
    }

    private List<State> record(GroupScript script) throws Exception {
        return CrashRecorder.record(data, () -> CrashLoader.run(script, data));
    }

    private Path layOut(State state) throws Exception {
        Path store = folder.resolve("crash-" + laidOut++);
        state.layOut(store);
        return store;
    }

    /** @return how far the group had come */
    private static long judge(Path laidOut, int least, int most) throws Exception {
        try (Store store = Store.openOrCreate(laidOut);
                Topic topic = store.open("t");
                GroupMember member = topic.join("g")) {
            long committed = member.committed(FIRST).map(Committed::offset).orElse(0L);
            assertThat(committed).isBetween((long) least, (long) most);
            member.committed(FIRST)
                    .ifPresent(done -> assertThat(done.metadata()).isEqualTo("m" + done.offset()));
            List<String> read = new ArrayList<>();
            for (TopicRecord record : member.tryPoll()) {
                read.add(record.value());
            }
            assertThat(read).isEqualTo(List.of("v0", "v1", "v2", "v3").subList((int) committed, 4));
            assertThat(member.assignment()).hasSize(topic.spec().partitions());
            member.commit();
            assertThat(member.committed(FIRST)).contains(Committed.offset(4));
            return committed;
        }
    }

    private void judgeAll(List<State> states) throws Exception {
        for (State state : states) {
            var _ = judge(layOut(state), state.answered(), state.begun());
            Path booted = layOut(state);
            if (state.files().containsKey(FILE)) {
                Logs.setWordOf(booted.resolve(FILE), BOOT_AT, 0); // as after a power cut that lost nothing
            }
            var _ = judge(booted, state.answered(), state.begun());
        }
    }

    @Test
    void aMemberThatJoinsCommitsAndLeaves() throws Exception {
        List<State> states = record(GroupScript.JOIN);
        assertThat(states).hasSizeGreaterThan(50);
        assertThat(states.getLast().answered()).isEqualTo(2);
        judgeAll(states);
    }

    @Test
    void membersThatShareATopicThatGrows() throws Exception {
        List<State> states = record(GroupScript.REBALANCE);
        assertThat(states).hasSizeGreaterThan(100);
        assertThat(states.getLast().answered()).isEqualTo(3);
        judgeAll(states);
    }

    @Test
    void aGroupThatIsRemoved() throws Exception {
        var _ = record(GroupScript.JOIN);
        List<State> states = record(GroupScript.REMOVE);
        for (State state : states) {
            var _ = judge(
                    layOut(state), state.answered() == 0 && hasGroup(state) ? 2 : 0, state.answered() == 0 ? 2 : 0);
        }
    }

    private static boolean hasGroup(State state) {
        byte[] file = state.files().get(FILE);
        return file != null && file[64] == 0; // it is not marked as removed
    }

    /** What is appended after a power cut that took the end of the log is not taken for done. */
    @Test
    void aLogThatIsShorterThanWhatIsCommittedTakesThatBack() throws Exception {
        Path control = data.resolve("topics/t-0/partition.naru");
        try (Store store = Store.open(data);
                Topic topic = store.open("t");
                GroupMember member = topic.join("g")) {
            assertThat(member.tryPoll()).hasSize(4);
            member.commit();
        }
        Logs.setWordOf(control, BOOT_AT, 0);
        Path log = data.resolve("topics/t-0/00000000000000000000.log");
        byte[] all = Files.readAllBytes(log);
        var _ = Files.write(log, Arrays.copyOf(all, all.length / 2));
        try (Store store = Store.open(data);
                Topic topic = store.open("t")) {
            long next = topic.describe(0).next();
            assertThat(next).isBetween(1L, 3L);
            for (int i = 0; i < 8; i++) {
                var _ = topic.append(NewRecord.of(null, "new " + i).toPartition(0));
            }
            try (GroupMember member = topic.join("g")) {
                assertThat(member.committed(FIRST)).contains(Committed.offset(next));
                assertThat(member.tryPoll())
                        .hasSize(8)
                        .first()
                        .extracting(TopicRecord::value)
                        .isEqualTo("new 0");
            }
        }
    }

    /** Whoever removes a topic has the turn of topics, which whoever ends the removal of a group waits for. */
    @Test
    void aGroupThatIsMarkedAsRemovedHoldsUpNoRemovalOfATopicAfterABoot() throws Exception {
        try (Store store = Store.open(data);
                Group _ = store.openOrCreateGroup("g")) {
            Logs.setWordOf(data.resolve(FILE), 64, 1); // killed before it took the name away
        }
        Logs.setWordOf(data.resolve(FILE), BOOT_AT, 0);
        Logs.setWordOf(data.resolve("topics/t-0/partition.naru"), BOOT_AT, 0);
        try (Store store = Store.open(data)) {
            store.remove("t");
            assertThat(store.topics()).isEmpty();
            assertThatThrownBy(() -> store.group("g")).hasMessageContaining("g");
            assertThat(store.groups()).isEmpty();
        }
    }

    /** The counts may be on the disk before the size of the file is. */
    @Test
    void aGroupFileThatIsShorterThanItsCountsAfterAPowerCutIsOpened() throws Exception {
        List<State> states = record(GroupScript.REBALANCE);
        State last = states.getLast();
        byte[] file = last.files().get(FILE);
        for (int size : new int[] {4096, 4096 + 512, 266_240, 266_240 + 512, 528_384, 528_384 + 100, file.length - 1}) {
            Path laid = layOut(last);
            var _ = Files.write(
                    laid.resolve(FILE), Arrays.copyOf(file, size)); // another inode: recovered like after a boot
            var _ = judge(laid, 0, 3);
            try (FileChannel cut = FileChannel.open(laid.resolve(FILE), StandardOpenOption.WRITE)) {
                var _ = cut.truncate(size);
            }
            assertThatThrownBy(() -> judge(laid, 0, 3)).as("the same boot").hasMessageContaining("cut at " + size);
        }
    }

    /** What a power cut leaves may be of any moment since the last flush; but it is whole, and no record is skipped. */
    @Test
    void aPowerCutMixesOldAndNewSectors() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<State> states = record(GroupScript.REBALANCE);
        State last = states.getLast();
        for (int round = 0; round < 300; round++) {
            State one = states.get(random.nextInt(states.size()));
            State other = states.get(random.nextInt(states.size()));
            byte[] file = one.files().get(FILE);
            byte[] newer = other.files().get(FILE);
            if (file == null || newer == null || file.length != newer.length) {
                continue;
            }
            Path laid = layOut(last);
            byte[] mixed = file.clone();
            for (int at = 512; at < mixed.length; at += 512) {
                if (random.nextBoolean()) {
                    System.arraycopy(newer, at, mixed, at, 512);
                }
            }
            var _ = Files.write(laid.resolve(FILE), mixed);
            Logs.setWordOf(laid.resolve(FILE), BOOT_AT, 0);
            try {
                var _ = judge(laid, 0, 3);
            } catch (AssertionError wrong) {
                throw new AssertionError("seed " + seed + ", round " + round, wrong);
            }
        }
    }
}
