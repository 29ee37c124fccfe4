package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores between pid namespaces, and on a disk that is full. */
@ExtendWith(NoLeaks.class)
class TopicNamespacesTest {
    @TempDir
    Path folder;

    /** Runs as number 1 of a pid namespace of its own. When unshare(1) is killed, so is all of the namespace. */
    private static List<String> elsewhere(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
        whole.addAll(command);
        return whole;
    }

    @BeforeEach
    void requireNamespaces() throws InterruptedException {
        Namespaces.require(elsewhere(List.of("true")));
    }

    @Test
    void twoNamespacesShareATopicAndSeeADeath() throws Exception {
        // given two that are both number 1
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1));
                Talk dying = Talk.start(elsewhere(FarSide.command("claim", folder)))) {
            assertThat(dying.line()).isEqualTo("claimed");
            try (Talk other = Talk.start(elsewhere(FarSide.command("append", folder, 100)))) {
                // when
                dying.kill();

                // then
                assertThat(other.line()).isEqualTo("appended");
                assertThat(Logs.all(topic)).hasSize(100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fill-the-disk", "fill-the-disk-flushed"})
    void aFullDiskIsAnErrorAndAppendingGoesOnWhenThereIsRoom(String verb) throws Exception {
        // when
        List<String> said = onSmallDisk(verb);

        // then
        assertThat(said.getFirst()).contains("there is no room for").contains(folder + ": size ");
        String appended = said.get(1).substring("appended ".length());
        assertThat(Long.parseLong(appended)).isGreaterThan(400);
        assertThat(said.subList(2, said.size())).containsExactly("kept " + appended, "more true", "kept 1");
    }

    @Test
    void aFullDiskIsMadeRoomOnByWhatIsNoLongerKept() throws Exception {
        // when who appended did not let go of what is old, and is not there to do so
        List<String> said = onSmallDisk("fill-the-disk-behind-retention");

        // then
        assertThat(said.subList(2, said.size())).containsExactly("FILE_SYSTEM_FULL", "more true");
    }

    /** A megabyte of ballast leaves no room for the second file. */
    @Test
    void aFullDiskLeavesTheLogAsItWasBeforeTheCompaction() throws Exception {
        List<String> said = onSmallDisk("fill-the-disk-by-compaction", 2_300);

        assertThat(said).containsExactly("FILE_SYSTEM_FULL", "kept 2300", "kept 2299");
    }

    /** A disk of 4 MiB, with something on it that can be given up. */
    private List<String> onSmallDisk(String verb) throws Exception {
        return onSmallDisk(verb, 5000);
    }

    private List<String> onSmallDisk(String verb, int number) throws Exception {
        String mount =
                "mount -t tmpfs -o size=4m none \"$1\" && head -c 1m /dev/zero >\"$1/ballast\" && shift && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", mount, "sh", folder.toString()));
        command.addAll(FarSide.command(verb, folder, number));
        return Foreign.output(command).lines().toList();
    }
}
