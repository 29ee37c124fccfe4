package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Numbered;
import dev.naru.memory.testing.Talk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A tap that writers overtake: what it shows is whole, and what it does not show is counted to the byte. */
@ExtendWith(NoLeaks.class)
class TapTest {
    private static final int MANY = 300_000;
    private static final int RING_HEADER = 8;
    private static final int BROADCAST_HEADER = 16;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("ring");
    }

    private Address.Ring address() {
        return new Address.Ring(file().toString());
    }

    /** All that a tap showed. */
    private static final class Seen implements RingTap.Watcher {
        private final int header;
        private long bytes;
        private long last = -1;

        Seen(int header) {
            this.header = header;
        }

        @Override
        public void onMessage(int lane, long position, byte[] message) {
            long number = Numbered.number(message, header);
            assertThat(number).as("torn at %d", position).isGreaterThan(last);
            assertThat(position).isEqualTo(Numbered.position(number));
            last = number;
            bytes += Numbered.position(number + 1) - position;
        }
    }

    @Test
    void aTapOfARingThatIsOvertakenInTheMiddleOfALook() throws Exception {
        // given a lane with a few messages that the reader has taken
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader();
                RingTap tap = RingTap.open(address(), false)) {
            for (int i = 0; i < 8; i++) {
                writer.send(Numbered.message(i, RING_HEADER));
                reader.receive();
            }
            Seen seen = new Seen(RING_HEADER);

            // when the producer goes round while the first is shown, and ends where other messages begin
            int shown = tap.look(
                    (lane, position, message) -> {
                        seen.onMessage(lane, position, message);
                        for (int i = 8; i < 45; i++) {
                            round(writer, reader, i);
                        }
                    },
                    Long.MAX_VALUE);

            // then
            assertThat(shown).isEqualTo(1);
            assertThat(tap.missedBytes()).isPositive();

            // then it goes on behind what may be overwritten
            tap.look(seen, Long.MAX_VALUE);
            assertThat(seen.bytes + tap.missedBytes()).isEqualTo(Numbered.position(45));
            round(writer, reader, 45);
            assertThat(tap.look(seen, Long.MAX_VALUE)).isEqualTo(1);
            assertThat(seen.last).isEqualTo(45);
        }
    }

    private static void round(RingWriter writer, RingReader reader, long number) throws IOException {
        assertThat(writer.trySend(Numbered.message(number, RING_HEADER))).isTrue();
        assertThat(reader.tryReceive()).isPresent();
    }

    @Test
    void aTapOfABroadcastThatIsOvertakenInTheMiddleOfALook() throws Exception {
        // given
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastWriter writer = ring.writer();
                BroadcastTap tap = BroadcastTap.open(address())) {
            for (int i = 0; i < 8; i++) {
                assertThat(writer.trySend(Numbered.message(i, BROADCAST_HEADER)))
                        .isTrue();
            }
            Seen seen = new Seen(BROADCAST_HEADER);

            // when
            int shown = tap.look(
                    (lane, position, message) -> {
                        seen.onMessage(lane, position, message);
                        for (int i = 8; i < 45; i++) {
                            assertThat(writer.trySend(Numbered.message(i, BROADCAST_HEADER)))
                                    .isTrue();
                        }
                    },
                    Long.MAX_VALUE);

            // then
            assertThat(shown).isEqualTo(1);
            assertThat(seen.bytes + tap.missedBytes()).isEqualTo(Numbered.position(8));
            assertThat(tap.look(seen, Long.MAX_VALUE)).isZero();
            assertThat(seen.bytes + tap.missedBytes()).isEqualTo(Numbered.position(45));
        }
    }

    /** A producer in another process at full speed, and a tap that now and then falls asleep over what it watches. */
    @Test
    void aLiveTapOfARingShowsNothingTorn() throws Exception {
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingReader reader = ring.reader();
                RingTap tap = RingTap.open(address(), false);
                Talk far = Talk.start(FarSide.command("flood", file(), MANY))) {
            Seen seen = new Seen(RING_HEADER);
            far.goOn();
            for (long taken = 0; taken < MANY; ) {
                int _ = tap.look(seen, 3);
                reader.await();
                taken += reader.drain((_, _, _) -> {}, 1 + (int) (taken % 200));
            }
            assertThat(far.line()).isEqualTo("sent");
            while (tap.look(seen, Long.MAX_VALUE) > 0) {}
            assertThat(seen.bytes + tap.missedBytes()).isEqualTo(Numbered.position(MANY));
            assertThat(seen.last).isPositive();
            assertThat(tap.missedBytes()).as("it was overtaken").isPositive();
        }
    }

    @Test
    void aLiveTapOfABroadcastShowsNothingTorn() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastTap tap = BroadcastTap.open(address());
                BroadcastStat stat = BroadcastStat.open(file());
                Talk far = Talk.start(FarSide.command("flood-broadcast", file(), MANY))) {
            Seen seen = new Seen(BROADCAST_HEADER);
            assertThat(ring.isConnected()).as("nobody reads").isFalse();
            far.goOn();
            do {
                int _ = tap.look(seen, 3);
            } while (seen.bytes + tap.missedBytes() < Numbered.position(MANY));
            assertThat(far.line()).isEqualTo("sent");
            assertThat(seen.bytes + tap.missedBytes()).isEqualTo(Numbered.position(MANY));
            assertThat(stat.read().sent()).isEqualTo(MANY);

            // then it sees what the next producer sends, however little it saw of the flood
            assertThat(far.waitFor()).isZero();
            try (BroadcastWriter writer = ring.writer()) {
                assertThat(writer.trySend(Numbered.message(MANY, BROADCAST_HEADER)))
                        .isTrue();
            }
            assertThat(tap.look(seen, Long.MAX_VALUE)).isEqualTo(1);
            assertThat(seen.last).isEqualTo(MANY);
        }
    }
}
