package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One of the three processes of a stop is killed: the others end, and nothing stays behind. */
@ExtendWith(NoLeaks.class)
class TourCrashTest {
    private static final int LENGTH = 4 << 20;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, LENGTH));
    }

    /** All that the tour has started, directly or not. */
    private static List<Long> all(Tour tour) {
        List<Long> pids = new ArrayList<>();
        for (ProcessHandle peer : List.of(tour.awaitPeer(TourPeer.SEND), tour.awaitPeer(TourPeer.RECEIVE))) {
            pids.add(peer.pid());
            peer.descendants().forEach(wire -> pids.add(wire.pid()));
        }
        return pids;
    }

    private static void assertPeerDied(Tour tour, String mechanism) throws Exception {
        Result result = tour.program().end().endedWith(69);
        assertThat(result.err()).contains("\nnaru: " + mechanism + ", ", "ended early", "code: peer-died");
        assertThat(result.out()).isEmpty();
        tour.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"pipe, send", "pipe, receive", "fifo, send", "fifo, receive"})
    void aPeerThatIsKilledInMidTransferEndsTheTour(String mechanism, String role) throws Exception {
        try (Tour tour = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, mechanism, file)) {
            // given
            List<Long> pids = all(tour);

            // when
            assertThat(tour.awaitPeer(role).destroyForcibly()).isTrue();

            // then
            assertPeerDied(tour, mechanism);
            pids.forEach(Tour::awaitEnd);
        }
    }

    @ParameterizedTest
    @CsvSource({"pipe, send", "pipe, receive", "fifo, send", "fifo, receive"})
    void aPeerThatIsKilledInThePingPongEndsTheTour(String mechanism, String role) throws Exception {
        int afterSomePings = LENGTH + 10 * Receiver.MESSAGE_BYTES;
        try (Tour tour = Mischief.stall(folder, afterSomePings).startAndStall(folder, mechanism, file)) {
            // given
            List<Long> pids = all(tour);
            var _ = tour.program().await("it plays", () -> tour.program().err().contains(mechanism + ": ping-pong"));

            // when
            assertThat(tour.awaitPeer(role).destroyForcibly()).isTrue();

            // then
            assertPeerDied(tour, mechanism);
            pids.forEach(Tour::awaitEnd);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pipe, send",
        "pipe, receive",
        "fifo, send",
        "fifo, receive",
        "unix, send",
        "unix, receive",
        "tcp, send",
        "tcp, receive"
    })
    void aPeerThatIsKilledAsSoonAsItIsThereEndsTheTour(String mechanism, String role) throws Exception {
        try (Tour tour = Tour.start(folder, "--json", "--only", mechanism, file.toString())) {
            // when
            assertThat(tour.awaitPeer(role).destroyForcibly()).isTrue();

            // then
            assertPeerDied(tour, mechanism);
        }
    }

    @Test
    void whatWasMeasuredBeforeIsShownAllTheSame() throws Exception {
        Mischief mischief = Mischief.stall(folder, LENGTH / 4);
        try (Tour tour =
                mischief.startAndStall(folder, mischief.tour(folder, "--only", "shm,fifo,pipe", file.toString()))) {
            // when
            assertThat(tour.awaitPeer(TourPeer.SEND).destroyForcibly()).isTrue();

            // then
            Result result = tour.program().end().endedWith(69);
            List<String> lines = result.out().lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(1)).matches("shm .* µs +yes +memfd inode .*");
            assertThat(lines.get(2)).matches("fifo +named pipe, between any processes +- +- +- +NO +-");
            assertThat(result.err()).contains("naru: fifo, send: killed by SIGKILL", "code: peer-died");
        }
    }

    @Test
    void theMessageSaysWhichPeerAndWhatKilledIt() throws Exception {
        try (Tour tour = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, "pipe", file)) {
            // when
            assertThat(tour.awaitPeer(TourPeer.SEND).destroyForcibly()).isTrue();

            // then
            assertThat(tour.program().end().endedWith(69).err())
                    .contains("naru: pipe, send: killed by SIGKILL: the process on the far side ended early\n");
        }
    }

    @Test
    void whatAKilledTourLeavesTheNextOneRemovesAndNothingOfOneThatLives() throws Exception {
        try (Tour killed = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, "fifo", file)) {
            // given
            var _ = killed.program().signal("KILL");
            var _ = killed.program().end().endedWith(137);
            assertThat(killed.left()).isNotEmpty();
            Files.delete(folder.resolve("jdk/stalled"));
            Files.delete(folder.resolve("jdk/wire"));

            try (Tour living = Mischief.at(folder).startAndStall(folder, "fifo", file)) {
                // when
                List<Path> ofLiving = living.left();
                var _ = Tour.start(folder, "--json", "--only", "pipe", file.toString())
                        .program()
                        .end()
                        .endedWith(0);

                // then
                assertThat(ofLiving).hasSize(4); // the directory, two FIFOs and the lock
                assertThat(living.left()).isEqualTo(ofLiving);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo"})
    void peersWhoseTourIsKilledEndByThemselves(String mechanism) throws Exception {
        try (Tour tour = Mischief.stall(folder, LENGTH / 4).startAndStall(folder, mechanism, file)) {
            // given
            List<Long> pids = all(tour);

            // when
            var _ = tour.program().signal("KILL");

            // then
            var _ = tour.program().end().endedWith(137);
            pids.forEach(Tour::awaitEnd);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "fifo"})
    void peersWhoseTourIsKilledAsSoonAsTheyAreThereEndByThemselves(String mechanism) throws Exception {
        try (Tour tour = Tour.start(folder, "--json", "--only", mechanism, file.toString())) {
            // given
            long sender = tour.awaitPeer(TourPeer.SEND).pid();

            // when
            var _ = tour.program().signal("KILL");

            // then
            Tour.awaitEnd(sender);
        }
    }
}
