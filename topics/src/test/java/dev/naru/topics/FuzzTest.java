package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.testing.Logs;
import dev.naru.topics.testing.OtherProgram;
import dev.naru.topics.testing.SegmentFuzzer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer makes up segments. Long: {@code ./mvnw -pl topics surefire:test -Dtest=FuzzTest -Dnaru.fuzz.runs=2000000}. What it found stands
 * beside as {@code crash-…}, and what it prints says how to run it again.
 */
@ExtendWith(NoLeaks.class)
class FuzzTest {
    private static final int RUNS = Integer.getInteger("naru.fuzz.runs", 500);

    @TempDir
    Path folder;

    private Path memory;

    /** What a real log has, as something to begin with. */
    private static void seed(Path corpus) throws Exception {
        Path folder = Files.createDirectories(corpus.resolveSibling("seed"));
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            for (int i = 0; i < 5; i++) {
                var _ = topic.append("k" + i, "v" + i);
            }
        }
        byte[] log =
                Files.readAllBytes(Logs.segments(Logs.partition(folder, "t", 0)).getFirst());
        for (int what = 0; what < 4; what++) {
            ByteBuffer input =
                    ByteBuffer.allocate(1 + log.length).put((byte) what).put(log);
            var _ = Files.write(corpus.resolve("log-" + what), input.array());
        }
    }

    /** In memory, since each run waits for the disk. */
    @BeforeEach
    void makeFolder() throws Exception {
        memory = Files.createTempDirectory(Path.of("/dev/shm"), "naru-fuzz-");
    }

    @AfterEach
    void removeFolder() throws Exception {
        try (Stream<Path> files = Files.walk(memory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> fuzz(Class<?> target, int runs) throws Exception {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        seed(corpus);
        return OtherProgram.run(
                List.of("-Dnaru.fuzz.folder=" + memory.resolve("store"), "--enable-native-access=ALL-UNNAMED"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.naru.topics.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-runs=" + runs,
                "-rss_limit_mb=0",
                "-timeout=60",
                corpus.toString());
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.HOURS) // the long form
    void whateverASegmentHasWhoReadsItIsToldAndARecoveryLeavesALog() throws Exception {
        assertThat(fuzz(SegmentFuzzer.class, RUNS)).anyMatch(line -> line.contains("Done " + RUNS + " runs"));
    }

    /** Else it might find nothing. */
    @Test
    void whatIsWrongIsFound() {
        assertThatThrownBy(() -> fuzz(Wrong.class, 1_000_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a bug");
    }

    /** A reader that believes a length. */
    static final class Wrong {
        private Wrong() {}

        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length > 20 && input[13] == 7) {
                throw new IllegalStateException("a bug");
            }
        }
    }
}
