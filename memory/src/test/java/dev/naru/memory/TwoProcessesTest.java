package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Talk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised between processes, when they live and when they die. */
@ExtendWith(NoLeaks.class)
class TwoProcessesTest {
    private static final int MANY = 20_000;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    private static long number(byte[] message) {
        return ByteBuffer.wrap(message).getLong();
    }

    private static byte[] message(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    @Test
    void theUnlockOfAnotherProcessWakesUs() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk far = Talk.start(FarSide.command("hold", file()))) {
            assertThat(far.line()).isEqualTo("ACQUIRED");
            var waiter = Task.start(ThreadKind.PLATFORM, () -> {
                        LockOutcome outcome = lock.lock();
                        lock.unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            far.goOn();

            // then
            assertThat(waiter.result()).isEqualTo(LockOutcome.ACQUIRED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaiterIsToldOfTheDeathOfTheOwner(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk far = Talk.start(FarSide.command("hold", file()))) {
            assertThat(far.line()).isEqualTo("ACQUIRED");
            var waiter = Task.start(kind, () -> {
                        LockOutcome outcome = lock.lock();
                        lock.unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            far.kill();

            // then
            assertThat(waiter.result()).isEqualTo(LockOutcome.OWNER_DIED);
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void aStoppedOwnerIsNotRobbed() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk far = Talk.start(FarSide.command("hold", file()))) {
            assertThat(far.line()).isEqualTo("ACQUIRED");
            Foreign.signal("STOP", far.pid());
            ProcessState.awaitState(far.pid(), 'T');

            // then
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.HELD);
            assertThat(lock.lock(Duration.ofMillis(30))).isEqualTo(LockOutcome.TIMED_OUT);
            assertThat(lock.holder().alive()).isTrue();

            // when
            Foreign.signal("CONT", far.pid());
            far.goOn();

            // then
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void aSmallRingCarriesMuch() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingReader reader = ring.reader(Waiting.park());
                Talk _ = Talk.start(FarSide.command("send", file(), MANY))) {
            // then
            for (int i = 0; i < MANY; i++) {
                assertThat(number(reader.receive())).isEqualTo(i);
            }
        }
    }

    @Test
    void aWriterWaitsForASlowReader() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer(Waiting.park());
                Talk far = Talk.start(FarSide.command("receive", file(), MANY))) {
            // when
            for (int i = 0; i < MANY; i++) {
                writer.send(message(i));
            }

            // then
            assertThat(far.line()).isEqualTo("reads");
            assertThat(far.line()).isEqualTo("received");
        }
    }

    @Test
    void whoDiesBetweenClaimAndCommitLosesOnlyThatMessage() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 4096));
                RingReader reader = ring.reader();
                Talk far = Talk.start(FarSide.command("send-then-claim", file(), 3))) {
            assertThat(far.line()).isEqualTo("CLAIMED");

            // when
            far.kill();

            // then it holds nobody up
            try (RingWriter taken = ring.writer();
                    RingWriter other = ring.writer();
                    RingStat stat = RingStat.open(file())) {
                taken.send(message(100));
                other.send(message(200));
                assertThat(reader.receive()).isEqualTo(message(0));
                var seen = java.util.stream.Stream.generate(() -> receive(reader))
                        .limit(4)
                        .toList();
                assertThat(seen).containsSubsequence(1L, 2L, 100L).contains(200L);
                assertThat(reader.tryReceive()).isEmpty();
                assertThat(stat.read().lanes().stream().mapToLong(RingStat.Lane::takeovers))
                        .containsExactlyInAnyOrder(1L, 0L);
            }
        }
    }

    private static Long receive(RingReader reader) {
        try {
            return number(reader.receive());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void theMessageInTheHandOfADeadReaderComesAgain() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer();
                Talk far = Talk.start(FarSide.command("handle-one-and-stay", file()))) {
            writer.send(message(1));
            writer.send(message(2));
            assertThat(far.line()).isEqualTo("handles");

            // when
            far.kill();

            // then
            try (RingReader reader = ring.reader()) {
                assertThat(number(reader.receive())).isEqualTo(1);
                assertThat(number(reader.receive())).isEqualTo(2);
            }
        }
    }

    @Test
    void aWriterThatWaitsGoesOnWithTheNextReader() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer(Waiting.park());
                Talk far = Talk.start(FarSide.command("handle-one-and-stay", file()))) {
            int sent = 0;
            while (writer.trySend(ByteBuffer.wrap(message(sent)))) {
                sent++;
            }
            assertThat(far.line()).isEqualTo("handles");
            var send = Task.start(ThreadKind.PLATFORM, () -> {
                        writer.send(message(-1));
                        return null;
                    })
                    .awaitInFutex();

            // when
            far.kill();

            // then
            try (RingReader reader = ring.reader()) {
                for (int i = 0; i < sent; i++) {
                    assertThat(number(reader.receive())).isEqualTo(i);
                }
                assertThat(send.failure()).isNull();
                assertThat(number(reader.receive())).isEqualTo(-1);
            }
        }
    }

    @Test
    void anotherUserIsRefused() throws Exception {
        // given
        Ring.create(file(), RingSpec.oneToOne(4096)).close();
        JavaProgram far = FarSide.program().packedInto(folder);

        // when
        String said = Foreign.output(JavaProgram.asNobody(far.command("send", file().toString(), "1")));

        // then
        assertThat(said).contains("ring:" + file() + ": permission denied (open: EACCES)");
    }

    @Test
    void anotherUserIsLetInByTheMode() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096).withMode(0666));
                RingReader reader = ring.reader()) {
            JavaProgram far = FarSide.program().packedInto(folder);

            // when
            String said = Foreign.output(JavaProgram.asNobody(far.command("send", file().toString(), "1")));

            // then
            assertThat(said).contains("sent");
            assertThat(number(reader.receive())).isZero();
        }
    }

    @Test
    void listenersAreToldWhatTheyMissed() throws Exception {
        // given
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(2, 4096));
                Talk first = Talk.start(FarSide.command("listen", file(), MANY));
                Talk second = Talk.start(FarSide.command("listen", file(), MANY))) {
            assertThat(first.line()).isEqualTo("listens");
            assertThat(second.line()).isEqualTo("listens");
            try (BroadcastWriter writer = ring.writer()) {
                // when
                for (int i = 0; i < MANY; i++) {
                    writer.send(message(i));
                }

                // then
                for (Talk listener : new Talk[] {first, second}) {
                    try (Scanner words = new Scanner(listener.line())) {
                        assertThat(words.next()).isEqualTo("got");
                        long got = words.nextLong();
                        assertThat(words.next()).isEqualTo("missed");
                        assertThat(got + words.nextLong()).isEqualTo(MANY);
                    }
                }
            }
        }
    }

    @Test
    void theNextProducerGoesOnAfterADeadOne() throws Exception {
        // given
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader();
                Talk far = Talk.start(FarSide.command("broadcast", file(), 3))) {
            assertThat(far.line()).isEqualTo("sent");

            // when
            far.kill();

            // then
            try (BroadcastWriter writer = ring.writer()) {
                writer.send(message(3));
                for (int i = 0; i < 4; i++) {
                    assertThat(number(reader.receive())).isEqualTo(i);
                }
                assertThat(reader.missed()).isZero();
            }
        }
    }

    @Test
    void theRowOfADeadListenerIsGivenToTheNext() throws Exception {
        // given one row
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096))) {
            try (Talk far = Talk.start(FarSide.command("listen", file(), MANY))) {
                assertThat(far.line()).isEqualTo("listens");
                assertThat(ring.isConnected()).isTrue();

                // when
                far.kill();
            }

            // then
            Await.until("its sign of life is gone", () -> !ring.isConnected());
            try (BroadcastReader _ = ring.reader()) {
                assertThat(ring.isConnected()).isTrue();
            }
        }
    }
}
