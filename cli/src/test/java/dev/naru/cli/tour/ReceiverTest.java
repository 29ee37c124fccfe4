package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Fifo;
import dev.naru.channels.PipeReader;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Peer;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The far side of the tour, fed by a perl program: it says what came, and nothing else. */
@ExtendWith(NoLeaks.class)
class ReceiverTest {
    @TempDir
    private Path folder;

    private Fifo fifo;

    @BeforeEach
    void create() throws Exception {
        fifo = Fifo.create(folder.resolve("orders"));
    }

    /** What a receiver says of bytes that a perl program made from the seed. */
    private Receiver.Arrival receive(int store, int length, int sent, long seed, List<Long> progress) throws Exception {
        try (Peer sender = Peer.start();
                AnonymousPipe back = AnonymousPipe.create()) {
            var _ = sender.send("open-write " + fifo.path());
            try (PipeReader in = fifo.openReader()) {
                var _ = sender.expectOk().send("write " + sent + " " + seed);
                var _ = sender.send("close write");
                return new Receiver(in, back.writer(), progress::add).receive(ByteBuffer.allocateDirect(store), length);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "65536, 65536", "65537, 65537", "3000000, 3000000", "1, 1000000", "70000, 1000000"})
    void whatArrivesIsCountedAndHashedWhole(int store, int length) throws Exception {
        // given
        List<Long> progress = new ArrayList<>();

        // when
        Receiver.Arrival arrival = receive(store, length, length, 1, progress);

        // then
        assertThat(arrival.bytes()).isEqualTo(length);
        assertThat(arrival.sha256()).isEqualTo(Payload.sha256(1, length));
        assertThat(arrival.timedBytes()).isBetween(0L, (long) store);
        assertThat(arrival.nanos()).isNotNegative();
        assertThat(progress).isSorted().allMatch(bytes -> bytes <= length);
    }

    @Test
    void otherBytesHaveAnotherDigest() throws Exception {
        // when
        Receiver.Arrival arrival = receive(70_000, 1_000_000, 1_000_000, 2, new ArrayList<>());

        // then
        assertThat(arrival.bytes()).isEqualTo(1_000_000);
        assertThat(arrival.sha256()).isNotEqualTo(Payload.sha256(1, 1_000_000));
    }

    @ParameterizedTest
    @CsvSource({"100000, 0", "100000, 99999", "1000, 99999"})
    void anEndThatComesTooSoonIsAnError(int store, int sent) {
        // when
        assertThatThrownBy(() -> receive(store, 100_000, sent, 1, new ArrayList<>()))

                // then
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("before all had come");
    }
}
