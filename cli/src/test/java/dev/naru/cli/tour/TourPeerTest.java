package dev.naru.cli.tour;

import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One process of a stop, led by a perl program in place of the tour. */
@ExtendWith(NoLeaks.class)
class TourPeerTest {
    private static final int LENGTH = 2 << 20;

    @TempDir
    private Path folder;

    private Path file;
    private Path orders;
    private Path there;
    private Path back;

    @BeforeEach
    void make() throws Exception {
        file = Files.write(folder.resolve("file"), Payload.bytes(1, LENGTH));
        orders = folder.resolve("orders");
        there = folder.resolve("there");
        back = folder.resolve("back");
        var _ = Foreign.output("mkfifo", orders.toString(), there.toString(), back.toString());
    }

    private Program start(String role, Path out, Path in, Peer tour) throws Exception {
        var _ = tour.send("open-write " + orders); // waits until it is opened as standard input
        Program peer = naru("tour-peer", role, file.toString(), "" + LENGTH, "fifo:" + out, "fifo:" + in)
                .input(orders)
                .start();
        var _ = tour.expectOk();
        return peer;
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "receive"})
    void whoWaitsForItsPeerEndsWithTheTour(String role) throws Exception {
        try (Peer tour = Peer.start();
                Program peer = start(role, there, back, tour)) {
            // given
            var _ = peer.awaitOpening();

            // when
            tour.kill();

            // then
            assertThat(peer.end().endedWith(69)).isEqualTo(new Result(69, "", ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"send, there, back", "receive, back, there"})
    void whoIsReadyEndsWithTheTour(String role, String out, String in) throws Exception {
        try (Peer tour = Peer.start();
                Peer other = Peer.start();
                Program peer = start(role, folder.resolve(out), folder.resolve(in), tour)) {
            // given
            var _ = role.equals("send")
                    ? other.tell("open-read " + there).tell("open-write " + back)
                    : other.tell("open-write " + there).tell("open-read " + back);
            var _ = peer.await("it is ready", () -> peer.out().equals("ready\n"));

            // when
            tour.kill();

            // then
            assertThat(peer.end().endedWith(69)).isEqualTo(new Result(69, "ready\n", ""));
        }
    }

    @Test
    void theSenderSendsTheWholeFileWhenTold() throws Exception {
        try (Peer tour = Peer.start();
                Peer receiver = Peer.start();
                Program sender = start("send", there, back, tour)) {
            // given
            var _ = receiver.tell("open-read " + there).tell("open-write " + back);
            var _ = sender.await("it is ready", () -> sender.out().equals("ready\n"));

            // when
            assertThat(tour.ask("write 1 0")).isEqualTo("wrote 1");

            // then
            assertThat(receiver.ask("read " + LENGTH)).isEqualTo("read " + LENGTH + " " + Payload.sha256(1, LENGTH));
        }
    }

    @Test
    void theReceiverSaysWhatArrivedWithItsDigest() throws Exception {
        try (Peer tour = Peer.start();
                Peer sender = Peer.start();
                Program receiver = start("receive", back, there, tour)) {
            // given
            var _ = sender.tell("open-write " + there).tell("open-read " + back);
            var _ = receiver.await("it is ready", () -> receiver.out().equals("ready\n"));

            // when
            assertThat(tour.ask("write 1 0")).isEqualTo("wrote 1");
            assertThat(sender.ask("write " + LENGTH + " 2")).isEqualTo("wrote " + LENGTH);

            // then
            assertThat(sender.ask("read 32")).startsWith("read 32 "); // its word that all has arrived
            assertThat(receiver.out())
                    .containsPattern("\narrived " + LENGTH + " \\S+ " + Payload.sha256(2, LENGTH) + "\n");
            var _ = sender.tell("close write");
            assertThat(receiver.end().endedWith(69).out()).contains("\nfailed java.io.EOFException: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " send",
                " send file 1 fd:3",
                " send file many fd:3 fd:4",
                " dance file 1 fd:3 fd:4",
                " send file 1 nosuch:3 fd:4"
            })
    void itIsNoCommandForPeople(String arguments) throws Exception {
        // when
        Result result =
                naru(("tour-peer" + arguments).split(" ", -1)).in(folder).run();

        // then
        assertThat(result.endedWith(64).out()).isEmpty();
    }
}
