package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.contract.MessageContract;
import dev.naru.channels.contract.MessageFixture;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The lossy broadcast ring, seen within one process. */
@ExtendWith(NoLeaks.class)
class BroadcastTest implements MessageContract {
    @TempDir
    Path folder;

    private final MessageFixture fixture = new MessageFixture() {
        @Override
        public Ends ends() throws Exception {
            Broadcast ring = closing(Broadcast.create(file(), BroadcastSpec.of(1, 4096)));
            BroadcastReader reader = ring.reader(Waiting.park());
            return new Ends(ring.writer(), reader);
        }

        @Override
        public <T> Task<T> awaitAsleep(Task<T> task) {
            return task.awaitInFutex();
        }
    };

    @Override
    public MessageFixture messages() {
        return fixture;
    }

    private Path file() {
        return folder.resolve("ring");
    }

    private static byte[] message(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    @Test
    void everyReaderGetsAll() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(2, 4096));
                BroadcastReader first = ring.reader();
                BroadcastReader second = ring.reader();
                BroadcastWriter writer = ring.writer()) {
            // when
            writer.send(message(1));
            writer.send(message(2));

            // then
            for (BroadcastReader reader : new BroadcastReader[] {first, second}) {
                assertThat(reader.receive()).isEqualTo(message(1));
                assertThat(reader.receive()).isEqualTo(message(2));
                assertThat(reader.tryReceive()).isEmpty();
                assertThat(reader.missed()).isZero();
            }
        }
    }

    @Test
    void aReaderBeginsWithWhatIsSentFromThenOn() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastWriter writer = ring.writer()) {
            for (int i = 0; i < 1_000; i++) {
                writer.send(message(i));
            }
            try (BroadcastReader reader = ring.reader()) {
                // when
                writer.send(message(1_000));

                // then
                assertThat(reader.receive()).isEqualTo(message(1_000));
                assertThat(reader.missed()).isZero();
            }
        }
    }

    @Test
    void aSlowReaderIsToldHowManyItMissed() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader();
                BroadcastWriter writer = ring.writer();
                BroadcastStat stat = BroadcastStat.open(file())) {
            // given
            for (int i = 0; i < 1_000; i++) {
                writer.send(message(i));
            }

            // when
            byte[] next = reader.receive();

            // then
            assertThat(next).isEqualTo(message(999));
            assertThat(reader.missed()).isEqualTo(999);
            var seen = stat.read();
            assertThat(seen.sent()).isEqualTo(1_000);
            assertThat(seen.readers()).hasSize(1);
            assertThat(seen.readers().getFirst().missed()).isEqualTo(999);
            assertThat(seen.readers().getFirst().received()).isEqualTo(1);
            assertThat(seen.readers().getFirst().lag()).isZero();
        }
    }

    @Test
    void messagesOfAllLengthsGoRoundTheWrap() throws Exception {
        Random random = new Random(42);
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader();
                BroadcastWriter writer = ring.writer()) {
            for (int i = 0; i < 100_000; i++) {
                byte[] message = new byte[random.nextInt(ring.maxMessage() + 1)];
                random.nextBytes(message);
                writer.send(message);
                assertThat(reader.tryReceive()).hasValue(message);
            }
            assertThat(reader.missed()).isZero();
        }
    }

    @Test
    void anAbortedClaimIsNoMessage() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader();
                BroadcastWriter writer = ring.writer()) {
            // given
            writer.send(message(1));

            // when
            assertThat(writer.claim(400)).isEqualTo(SendOutcome.CLAIMED);
            var _ = writer.memory().asSlice(writer.offset(), 400).fill((byte) 77);
            writer.abort();
            writer.send(message(2));

            // then
            assertThat(reader.receive()).isEqualTo(message(1));
            assertThat(reader.receive()).isEqualTo(message(2));
        }
    }

    /** Torn messages would show: each is filled with its own number. */
    @Test
    void nothingThatIsOvertakenIsTorn() throws Exception {
        int many = 300_000;
        long[] seen = {0, -1, 0};
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader reader = ring.reader(Waiting.adaptive());
                BroadcastWriter writer = ring.writer()) {
            var send = Task.start(ThreadKind.PLATFORM, () -> {
                for (long i = 0; i < many; i++) {
                    int words = 1 + (int) (i % 60);
                    if (writer.claim(words * 8) == SendOutcome.CLAIMED) {
                        for (int word = 0; word < words; word++) {
                            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset() + word * 8L, i);
                        }
                        writer.commit();
                    }
                }
                return null;
            });
            while (seen[1] < many - 1) {
                reader.await();
                int _ = reader.drain((memory, offset, length) -> look(seen, memory, offset, length), 16);
            }
            assertThat(send.failure()).isNull();
            assertThat(seen[2]).as("torn").isZero();
            assertThat(seen[0] + reader.missed()).isEqualTo(many);
        }
    }

    private static void look(long[] seen, MemorySegment memory, long offset, int length) {
        long number = memory.get(ValueLayout.JAVA_LONG, offset);
        boolean whole = length == 8 * (1 + number % 60) && number > seen[1];
        for (int at = 0; at < length; at += 8) {
            whole &= memory.get(ValueLayout.JAVA_LONG, offset + at) == number;
        }
        seen[0]++;
        seen[1] = number;
        if (!whole) {
            seen[2]++;
        }
    }

    @Test
    void oneReaderTooManyAndASecondProducerAreToldWhoIsThere() throws Exception {
        try (Broadcast ring = Broadcast.create(file(), BroadcastSpec.of(1, 4096));
                BroadcastReader _ = ring.reader();
                BroadcastWriter _ = ring.writer()) {
            assertThatThrownBy(ring::reader).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.LANES_TAKEN);
                assertThat(refused.limit()).isEqualTo("1 reader");
                assertThat(refused.value())
                        .contains("pid " + ProcessHandle.current().pid());
            });
            assertThatThrownBy(ring::writer)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.limit()).isEqualTo("1 producer"));
        }
    }
}
