package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process maps what it uses, however large the store is. */
@ExtendWith(NoLeaks.class)
class MappedTest {
    private static final int PARTITIONS = 20;

    @TempDir
    Path folder;

    @Test
    void whoReadsOnePartitionMapsThatPartitionAlone() throws Exception {
        // given
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(PARTITIONS))) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                var _ = topic.append(NewRecord.of("k", "v").toPartition(partition));
            }
        }

        List<String> before = mapped(); // pages of locks stay until the garbage collector finds them

        // when
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Cursor cursor = topic.read(7, Start.earliest())) {
            assertThat(cursor.tryPoll()).hasSize(1);

            // then
            String topics = folder.toRealPath().resolve("topics") + "/";
            assertThat(mapped().stream()
                            .filter(line -> line.contains(topics) && !before.contains(line))
                            .map(line -> line.substring(line.indexOf(topics) + topics.length()))
                            .map(path -> path.substring(0, path.indexOf('/'))))
                    .isNotEmpty()
                    .containsOnly("t-7");
        }
    }

    /** What this process has mapped. */
    private static List<String> mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps"));
    }
}
