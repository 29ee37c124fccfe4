package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.CrookedMain;
import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.ProcessState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One of the two processes of a stop is stopped by SIGSTOP: it is told, waited for, and not for ever. */
@ExtendWith(NoLeaks.class)
class TourStoppedTest {
    private static final int LENGTH = 4 << 20;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, LENGTH));
    }

    private static void stop(long pid) throws Exception {
        Foreign.signal("STOP", pid);
        ProcessState.awaitState(pid, 'T');
    }

    @ParameterizedTest
    @CsvSource({
        "pipe, send, sender",
        "fifo, receive, receiver",
        "unix, send, sender",
        "tcp, receive, receiver",
        "ring-parked, receive, receiver",
        "shm, send, sender",
        "topic, send, sender"
    })
    void whoIsStoppedIsToldOnceAndTheTourEndsWellWhenItGoesOn(String mechanism, String role, String title)
            throws Exception {
        try (Tour tour = Tour.start(folder, "--json", "--only", mechanism, file.toString())) {
            // given
            long pid = tour.awaitPeer(role).pid();
            stop(pid);
            String words = "naru: the " + title + " (pid " + pid
                    + ") is stopped; waiting 30 s for it to go on: kill -CONT " + pid + "\n";
            var _ = tour.program()
                    .await("it is told", () -> tour.program().err().contains(words));

            // when
            Foreign.signal("CONT", pid);

            // then
            Result result = tour.program().end().endedWith(0);
            assertThat(result.err()).containsOnlyOnce(words);
            assertThat(result.out()).contains("\"verified\":true");
            tour.assertNothingLeft();
        }
    }

    /** The tour with less patience: the first argument is the mechanism, the second the file. */
    static final class ImpatientMain {
        private ImpatientMain() {}

        public static void main(String[] arguments) {
            Guide.Patience patience = new Guide.Patience(Duration.ofMillis(10), 3);
            CrookedMain.runAndExit(
                    Path.of(System.getProperty("java.home")),
                    context -> new TourCommand(context, patience),
                    "--json",
                    "--only",
                    arguments[0],
                    arguments[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"pipe, send, sender", "fifo, receive, receiver", "ring-busy, send, sender"})
    void whoStaysStoppedIsKilledAndTheTourEndsWith75(String mechanism, String role, String title) throws Exception {
        String[] line = {mechanism, file.toString()};
        try (Tour tour = Tour.start(folder, Tour.command(folder, Naru.java(ImpatientMain.class), line))) {
            // given
            long other = tour.awaitPeer(role.equals(TourPeer.SEND) ? TourPeer.RECEIVE : TourPeer.SEND)
                    .pid();
            long pid = tour.awaitPeer(role).pid();

            // when
            Foreign.signal("STOP", pid);

            // then
            Result result = tour.program().end().endedWith(75);
            assertThat(result.err())
                    .contains("\n  code: peer-stopped (naru explain peer-stopped)\n")
                    .contains("naru: " + mechanism + ", " + title + " (pid " + pid + "): the process on the far side")
                    .containsOnlyOnce("is stopped; waiting");
            Tour.awaitEnd(pid);
            Tour.awaitEnd(other);
            assertThat(result.out()).isEmpty();
            tour.assertNothingLeft();
        }
    }
}
