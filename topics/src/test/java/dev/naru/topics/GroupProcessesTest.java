package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.memory.testing.Talk;
import dev.naru.memory.torture.Journal;
import dev.naru.topics.testing.GroupShares;
import dev.naru.topics.testing.GroupSide;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a group promises between processes, when they live, stop and die. */
@ExtendWith(NoLeaks.class)
class GroupProcessesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    /** A lease that runs out while a test waits for that. */
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private Path data;
    private Store store;
    private Topic topic;
    private Journal journal;
    private int appended;

    @BeforeEach
    void create() throws Exception {
        data = folder.resolve("store");
        store = Store.create(data);
        topic = store.create("t", TopicSpec.partitions(6));
        journal = Journal.open(folder.resolve("journal"));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        journal.close();
    }

    private List<String> command(Duration lease, String kind) {
        return GroupSide.command(data, folder.resolve("journal"), lease, kind);
    }

    private Talk start(Duration lease) throws Exception {
        Talk talk = Talk.start(command(lease, "sound"));
        assertThat(talk.line()).startsWith("joined ");
        return talk;
    }

    private void append(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            var _ = topic.append(NewRecord.of(null, Integer.toString(appended))
                    .toPartition(appended++ % topic.spec().partitions()));
        }
    }

    private GroupStatus status() throws Exception {
        try (Group group = store.group("g")) {
            return group.describe();
        }
    }

    private void awaitQuiet(int members) throws Exception {
        try (Group group = store.group("g")) {
            Await.until("the group is at rest", () -> {
                GroupStatus status = group.describe();
                return status.members().size() == members && status.state().equals("stable");
            });
        }
        GroupStatus status = status();
        assertThat(status.members()).hasSize(members);
        GroupShares.assertEven(status, members + " members");
    }

    private void awaitAllCommitted() throws Exception {
        try (Group group = store.group("g")) {
            Await.until("all is committed", () -> group.describe().lag() == 0);
        }
        for (int record = 0; record < appended; record++) {
            assertThat(journal.get(record)).as("record %d", record).isPositive();
        }
        assertThat(journal.get(GroupSide.ERROR)).isZero();
    }

    @Test
    void processesShareThePartitionsAndWhoIsKilledIsReplaced() throws Exception {
        try (Talk one = start(HOUR)) {
            assertThat(one.line()).isEqualTo("assigned 6");
            try (Talk other = start(HOUR)) {
                assertThat(one.line()).isEqualTo("revoked 3");
                assertThat(other.line()).isEqualTo("assigned 3");
                append(60);
                awaitAllCommitted();

                // when
                one.kill();

                // then
                assertThat(other.line()).isEqualTo("assigned 3");
                append(60);
                awaitAllCommitted();
                for (int record = 0; record < appended; record++) {
                    assertThat(journal.get(record))
                            .as("none was open, so none came twice")
                            .isEqualTo(1);
                }
            }
        }
        assertThat(status().members()).isEmpty();
    }

    @Test
    void whoLeavesGivesItsPartitionsAway() throws Exception {
        try (Talk one = start(HOUR)) {
            assertThat(one.line()).isEqualTo("assigned 6");
            try (Talk other = start(HOUR)) {
                assertThat(one.line()).isEqualTo("revoked 3");
                assertThat(other.line()).isEqualTo("assigned 3");
                var _ = other.goOn();
                assertThat(other.line()).isEqualTo("revoked 3");
                assertThat(other.line()).isEqualTo("left");
                assertThat(other.waitFor()).isZero();
                assertThat(one.line()).isEqualTo("assigned 3");
            }
        }
    }

    @Test
    void whoIsStoppedKeepsItsPartitionsAsLongAsItsLeaseAndLosesThemThen() throws Exception {
        try (Talk stopped = start(SHORT)) {
            assertThat(stopped.line()).isEqualTo("assigned 6");
            append(30);
            awaitAllCommitted();
            Foreign.signal("STOP", stopped.pid());
            ProcessState.awaitState(stopped.pid(), 'T');
            try (Talk other = start(HOUR)) {
                // when its lease is over
                assertThat(other.line()).isEqualTo("assigned 6");
                append(30);
                awaitAllCommitted();

                // then it finds that out, and joins anew
                Foreign.signal("CONT", stopped.pid());
                assertThat(stopped.line()).isEqualTo("lost 6");
                assertThat(other.line()).isEqualTo("revoked 3");
                assertThat(stopped.line()).isEqualTo("assigned 3");
            }
        }
    }

    @Test
    void twoPidNamespacesAreInOneGroupAndSeeADeath() throws Exception {
        List<String> elsewhere = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
        Namespaces.require(with(elsewhere, List.of("true")));
        try (Talk one = Talk.start(with(elsewhere, command(HOUR, "sound")))) {
            assertThat(one.line()).isEqualTo("joined 1");
            assertThat(one.line()).isEqualTo("assigned 6");
            try (Talk other = Talk.start(with(elsewhere, command(HOUR, "sound")))) {
                assertThat(other.line()).isEqualTo("joined 2");
                assertThat(one.line()).isEqualTo("revoked 3");
                assertThat(other.line()).isEqualTo("assigned 3");

                // when
                one.kill();

                // then
                assertThat(other.line()).isEqualTo("assigned 3");
                append(60);
                awaitAllCommitted();
            }
        }
    }

    private static List<String> with(List<String> before, List<String> command) {
        List<String> whole = new ArrayList<>(before);
        whole.addAll(command);
        return whole;
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES) // fifty JVMs may have to start on one core
    void fiftyProcessesShareAHundredPartitions() throws Exception {
        store.change("t", TopicSpec.partitions(100));
        topic = store.open("t");
        int many = 50;
        List<Talk> all = new ArrayList<>();
        try {
            for (int i = 0; i < many; i++) {
                all.add(Talk.start(command(HOUR, "sound")));
            }
            for (Talk each : all) {
                assertThat(each.line()).startsWith("joined ");
            }
            awaitQuiet(many);
            append(1000);
            awaitAllCommitted();

            // when a fifth of them dies
            for (Talk each : all.subList(0, 10)) {
                each.kill();
            }

            // then
            awaitQuiet(many - 10);
            append(1000);
            awaitAllCommitted();
        } finally {
            for (Talk each : all) {
                each.close();
            }
        }
    }
}
