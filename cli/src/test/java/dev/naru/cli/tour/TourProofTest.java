package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** "Verified" means something: whatever changes a byte on the way is found. */
@ExtendWith(NoLeaks.class)
class TourProofTest {
    private static final int LENGTH = 2 << 20;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, LENGTH));
    }

    private Result tour(Mischief mischief, String... arguments) throws Exception {
        try (Tour tour = Tour.start(folder, mischief.tour(folder, arguments))) {
            Result result = tour.program().end();
            tour.assertNothingLeft();
            return result;
        }
    }

    private static void assertNotVerified(Result result, String mechanism) {
        Map<String, Object> row = Json.line(result.endedWith(65).out().strip());
        assertThat(row).containsEntry("mechanism", mechanism).containsEntry("verified", false);
        assertThat(result.err())
                .contains("naru: " + mechanism + ": what arrived is not what was sent", "code: not-verified");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo"})
    void aBitThatFlipsOnTheWayIsFound(String mechanism) throws Exception {
        // when
        Result result = tour(Mischief.flip(folder, LENGTH / 2), "--json", "--only", mechanism, "file");

        // then
        assertNotVerified(result, mechanism);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, LENGTH - 1})
    void aBitThatFlipsAtAnEdgeIsFoundToo(int at) throws Exception {
        // when
        Result result = tour(Mischief.flip(folder, at), "--json", "--only", "pipe", "file");

        // then
        assertNotVerified(result, "pipe");
    }

    @Test
    void aFileThatChangesMeanwhileIsFound() throws Exception {
        // when
        Result result = tour(Mischief.change(folder, LENGTH - 1), "--json", "--only", "pipe", "file");

        // then
        assertNotVerified(result, "pipe");
    }

    @Test
    void aRowThatIsNotVerifiedIsMarkedForPeople() throws Exception {
        // when
        Result result = tour(Mischief.flip(folder, 1000), "--only", "pipe", "file");

        // then
        List<String> lines = result.endedWith(65).out().lines().toList();
        assertThat(lines.get(1)).matches("pipe .* NO +pipe:\\[.*");
        assertThat(lines.getLast()).startsWith("on this machine:");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LENGTH - 1})
    void aFileThatShrinksMeanwhileIsFound(int length) throws Exception {
        // when
        Result result = tour(Mischief.truncate(folder, length), "--json", "--only", "pipe", "file");

        // then
        assertNotVerified(result, "pipe");
    }

    @Test
    void theSameDetourWithoutMischiefIsVerified() throws Exception {
        // given
        long beyondTheEnd = Long.MAX_VALUE;

        // when
        Result result = tour(Mischief.flip(folder, beyondTheEnd), "--json", "--only", "pipe", file.toString());

        // then
        assertThat(Json.line(result.endedWith(0).out().strip())).containsEntry("verified", true);
    }
}
