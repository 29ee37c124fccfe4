package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import dev.naru.topics.testing.OtherProgram;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's DumpLogSegments, as its users run it, looks at what a topic leaves. */
@ExtendWith(NoLeaks.class)
class DumpLogTest {
    private static final TopicSpec SPEC = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
    private static final int RECORDS = 3000;

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private void append() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", SPEC);
                Producer producer = store.producer("import")) {
            TopicWriter writer = topic.writer(0);
            for (int i = 0; i < RECORDS / 3; i++) {
                var _ = topic.append(NewRecord.of("k" + i, "v" + i).withHeader("h", "x"));
                var _ = producer.append(topic, NewRecord.of(null, new byte[i % 300]));
                writer.claim(TopicWriter.NONE, 8, 1_000_000L + i % 7 * 1000L);
                writer.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), i);
                long _ = writer.publish();
            }
        }
    }

    private static List<String> dump(Path file) throws Exception {
        return OtherProgram.run(
                "org.apache.kafka.tools.DumpLogSegments", "--files", file.toString(), "--deep-iteration");
    }

    @Test
    void itFindsSegmentsIndexesAndSnapshotsSound() throws Exception {
        append();
        int records = 0;
        int snapshots = 0;
        assertThat(Logs.segments(log())).hasSizeGreaterThan(4);
        try (var files = Files.list(log())) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.matches(".*[.](log|index|timeindex|snapshot)")) {
                    continue;
                }
                List<String> lines = dump(file);
                assertThat(lines)
                        .as(name)
                        .noneMatch(line -> line.contains("ismatch")
                                || line.contains("out of order")
                                || line.contains("isvalid: false")
                                || line.contains("Found invalid"));
                records += (int) lines.stream()
                        .filter(line -> line.startsWith("| offset:"))
                        .count();
                snapshots += name.endsWith(".snapshot") ? 1 : 0;
            }
        }
        assertThat(records).isEqualTo(RECORDS);
        assertThat(snapshots).isGreaterThan(3);
    }

    /** Else it might find nothing. */
    @Test
    void itFindsAFlippedByte() throws Exception {
        append();
        Path segment = Logs.segments(log()).getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[100] ^= 1;
        var _ = Files.write(segment, bytes);

        assertThat(dump(segment)).anyMatch(line -> line.contains("isvalid: false"));
    }
}
