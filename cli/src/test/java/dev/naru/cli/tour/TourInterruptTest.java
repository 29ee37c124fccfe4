package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.ProcessState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has seen enough of the tour ends it, at any moment: nothing stays behind. */
@ExtendWith(NoLeaks.class)
class TourInterruptTest {
    private static final int LENGTH = 4 << 20;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, LENGTH));
    }

    private static List<Long> peers(Tour tour) {
        return List.of(
                tour.awaitPeer(TourPeer.SEND).pid(),
                tour.awaitPeer(TourPeer.RECEIVE).pid());
    }

    private static void assertInterrupted(Tour tour, int status) throws Exception {
        Result result = tour.program().end().endedWith(status);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).doesNotContain("code:", "tour is gone", "Exception");
        tour.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"pipe, INT, 130", "fifo, INT, 130", "fifo, TERM, 143", "fifo, HUP, 129"})
    void aSignalInMidTransferLeavesNothingBehind(String mechanism, String signal, int status) throws Exception {
        try (Tour tour = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, mechanism, file)) {
            // given
            List<Long> peers = peers(tour);

            // when
            var _ = tour.program().signal(signal);

            // then
            assertInterrupted(tour, status);
            peers.forEach(Tour::awaitEnd);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo"})
    void anInterruptFromTheTerminalGoesToAllThreeAndLeavesNothingBehind(String mechanism) throws Exception {
        Mischief mischief = Mischief.stall(folder, LENGTH / 4);
        Naru command = mischief.tour(folder, "--json", "--only", mechanism, "file")
                .under("setsid"); // a group of its own, as a shell makes it
        try (Tour tour = mischief.startAndStall(folder, command)) {
            // given
            List<Long> peers = peers(tour);

            // when
            Foreign.signal("INT", -tour.program().pid());

            // then
            assertInterrupted(tour, 130);
            peers.forEach(Tour::awaitEnd);
        }
    }

    @RepeatedTest(3)
    void anInterruptAtTheFirstWordLeavesNothingBehind() throws Exception {
        try (Tour tour = Tour.start(folder, "--json", "--only", "fifo", file.toString())) {
            // given
            var _ = tour.program().await("it begins", () -> tour.program().err().contains("fifo: two processes start"));

            // when
            var _ = tour.program().signal("INT");

            // then
            assertInterrupted(tour, 130);
        }
    }

    @RepeatedTest(3)
    void anInterruptWhenTheFirstPeerIsThereLeavesNothingBehind() throws Exception {
        try (Tour tour = Tour.start(folder, "--json", "--only", "fifo", file.toString())) {
            // given
            long sender = tour.awaitPeer(TourPeer.SEND).pid();

            // when
            var _ = tour.program().signal("INT");

            // then
            assertInterrupted(tour, 130);
            Tour.awaitEnd(sender);
        }
    }

    @Test
    void anInterruptBeforeAnythingStartsLeavesNothingBehind() throws Exception {
        Path large = Tour.sparseFile(folder.resolve("large"), 64L << 30); // hashing it takes longer than any test
        try (Tour tour = Tour.start(folder, large.toString())) {
            // given
            var _ = tour.program()
                    .await("it hashes the file", () -> readsMuch(tour.program().pid()));

            // when
            var _ = tour.program().signal("INT");

            // then
            assertInterrupted(tour, 130);
        }
    }

    private static boolean readsMuch(long pid) throws Exception {
        return Files.readString(Path.of("/proc/" + pid + "/io"))
                .lines()
                .filter(line -> line.startsWith("rchar: "))
                .anyMatch(line -> Long.parseLong(line.substring("rchar: ".length())) > 64L << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {TourPeer.SEND, TourPeer.RECEIVE})
    void aPeerThatIsStoppedDoesNotStayBehind(String role) throws Exception {
        try (Tour tour = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, "fifo", file)) {
            // given
            List<Long> peers = peers(tour);
            long stopped = tour.awaitPeer(role).pid();
            Foreign.signal("STOP", stopped);
            ProcessState.awaitState(stopped, 'T');

            // when
            var _ = tour.program().signal("INT");

            // then
            assertInterrupted(tour, 130);
            peers.forEach(Tour::awaitEnd);
        }
    }
}
