package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import dev.naru.memory.torture.Journal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C and Python at our rings and locks, by the files that stand in {@code docs/layouts/}. */
@ExtendWith(NoLeaks.class)
class LanguagesTest {
    private static final int MANY = 5_000;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    private static byte[] message(int number) {
        ByteBuffer message = ByteBuffer.allocate(8 + number % 50)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number);
        for (int i = 8; i < message.capacity(); i++) {
            var _ = message.put((byte) (number + i));
        }
        return message.array();
    }

    @ParameterizedTest
    @EnumSource
    void weReceiveWhatItSends(Language language) throws Exception {
        // given a lane much smaller than all that goes through it
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(8192));
                RingReader reader = ring.reader(Waiting.park());
                Talk peer = Talk.start(language.command(folder, "send", file(), MANY))) {
            // then
            for (int i = 0; i < MANY; i++) {
                assertThat(reader.receive()).isEqualTo(message(i));
            }
            assertThat(peer.line()).isEqualTo("sent");
            assertThat(peer.waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itReceivesWhatWeSend(Language language) throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 8192));
                RingWriter writer = ring.writer(Waiting.park());
                Talk peer = Talk.start(language.command(folder, "receive", file(), MANY))) {
            // when
            for (int i = 0; i < MANY; i++) {
                writer.send(message(i));
            }

            // then
            assertThat(peer.line()).isEqualTo("received");
            assertThat(peer.waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void noLaneWaitsUntilItHasEmptiedAnother(Language language) throws Exception {
        // given two lanes that have as much
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 8192));
                RingWriter even = ring.writer();
                RingWriter odd = ring.writer()) {
            for (int i = 0; i < 100; i += 2) {
                even.send(ByteBuffer.wrap(message(i)));
                odd.send(ByteBuffer.wrap(message(i + 1)));
            }

            // when
            try (Talk peer = Talk.start(language.command(folder, "receive", file(), 100))) {

                // then they came in turn
                assertThat(peer.line()).isEqualTo("received");
                assertThat(peer.waitFor()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatItCountsIsSeenFromOutside(Language language) throws Exception {
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingStat stat = RingStat.open(file())) {
            // given one that has sent and is gone
            try (Talk peer = Talk.start(language.command(folder, "send", file(), 1))) {
                assertThat(peer.line()).isEqualTo("sent");
                assertThat(peer.waitFor()).isZero();
            }
            assertThat(stat.read().lanes().getFirst().takeovers()).isZero();

            // when another has its lane, and sends more than there is room for
            try (Talk peer = Talk.start(language.command(folder, "send", file(), 200));
                    RingReader reader = ring.reader()) {
                Await.until(
                        "it found no room", () -> stat.read().lanes().getFirst().full() == 1);
                assertThat(reader.receive()).isEqualTo(message(0));
                for (int i = 0; i < 200; i++) {
                    assertThat(reader.receive()).isEqualTo(message(i));
                }

                // then
                assertThat(peer.line()).isEqualTo("sent");
                assertThat(peer.waitFor()).isZero();
            }
            RingStat.Lane lane = stat.read().lanes().getFirst();
            assertThat(lane.takeovers()).isEqualTo(1);
            assertThat(lane.sent()).isEqualTo(201);
            assertThat(lane.received()).isEqualTo(201);
        }
    }

    /** The ring holds far less than what goes through it, so that most is missed: what comes is whole, and all is counted. */
    @ParameterizedTest
    @EnumSource
    void weHearWhatItBroadcasts(Language language) throws Exception {
        // given a ring that others have used
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(2, 8192))) {
            try (BroadcastWriter writer = ring.writer()) {
                for (int i = 0; i < 203; i++) {
                    writer.send(message(i));
                }
            }
            try (BroadcastReader reader = ring.reader(Waiting.park());
                    Talk peer = Talk.start(language.command(folder, "broadcast", file(), MANY))) {
                // then it goes on at the number to which we had come
                long got = 203;
                for (long number = 202; number < MANY - 1; got++) {
                    byte[] seen = reader.receive();
                    long next = number(seen);
                    assertThat(next).isGreaterThan(number);
                    assertThat(seen).isEqualTo(message((int) next));
                    number = next;
                }
                assertThat(got + reader.missed()).isEqualTo(MANY);
                assertThat(peer.line()).isEqualTo("sent");
                assertThat(peer.waitFor()).isZero();
            }
            // then we go on at its
            try (BroadcastWriter writer = ring.writer();
                    BroadcastReader reader = ring.reader();
                    BroadcastStat stat = BroadcastStat.open(file())) {
                writer.send(message(MANY));
                assertThat(reader.receive()).isEqualTo(message(MANY));
                assertThat(reader.missed()).isZero();
                assertThat(stat.read().sent()).isEqualTo(MANY + 1);
            }
        }
    }

    private static long number(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    @ParameterizedTest
    @EnumSource
    void itHearsWhatWeBroadcast(Language language) throws Exception {
        // given
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 8192));
                BroadcastWriter writer = ring.writer()) {
            writer.send(message(0));
            try (Talk peer = Talk.start(language.command(folder, "listen", file(), MANY))) {
                assertThat(peer.line()).isEqualTo("listens");

                // when
                for (int i = 1; i < MANY; i++) {
                    writer.send(message(i));
                }

                // then
                assertThat(peer.line()).isEqualTo("received");
                assertThat(peer.waitFor()).isZero();
            }
            // then it has given its row back
            ring.reader().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itLocksWithUs(Language language) throws Exception {
        // given
        Path counter = folder.resolve("counter");
        try (SharedLock lock = SharedLock.create(file());
                Journal journal = Journal.open(counter);
                Talk peer = Talk.start(language.command(folder, "count", file(), MANY, counter))) {
            // when
            for (int i = 0; i < MANY; i++) {
                lock.run(() -> journal.set(0, journal.get(0) + 1), () -> {});
            }

            // then
            assertThat(peer.line()).isEqualTo("counted");
            assertThat(peer.waitFor()).isZero();
            assertThat(journal.get(0)).isEqualTo(2L * MANY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void weAreToldOfItsDeath(Language language) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk peer = Talk.start(language.command(folder, "hold", file(), 0))) {
            assertThat(peer.line()).isEqualTo("acquired");
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.HELD);
            assertThat(lock.holder().pid()).isEqualTo((int) peer.pid());

            // when
            peer.kill();

            // then
            assertThat(lock.lock()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoHasClosedItIsDeadThoughTheProcessLives(Language language) throws Exception {
        try (SharedLock lock = SharedLock.create(file());
                Talk peer = Talk.start(language.command(folder, "leave", file(), 0))) {
            assertThat(peer.line()).isEqualTo("acquired");
            assertThat(lock.lock()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
            assertThat(peer.goOn().waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsToldOfADirtyUnlock(Language language) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlockDirty();

            // when
            try (Talk peer = Talk.start(language.command(folder, "hold", file(), 0))) {
                // then
                assertThat(peer.line()).isEqualTo("owner died");
                assertThat(peer.goOn().waitFor()).isZero();
            }
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }
}
