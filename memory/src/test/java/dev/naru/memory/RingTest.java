package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a ring promises, seen within one process. */
@ExtendWith(NoLeaks.class)
class RingTest {
    private static final RingSpec SMALL = RingSpec.oneToOne(4096);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("ring");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void messagesComeWholeAndInOrder() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            // when
            writer.send(bytes("one"));
            writer.send(bytes(""));
            writer.send(bytes("three"));

            // then
            assertThat(reader.receive()).asString().isEqualTo("one");
            assertThat(reader.receive()).isEmpty();
            assertThat(reader.receive()).asString().isEqualTo("three");
            assertThat(reader.tryReceive()).isEmpty();
        }
    }

    @Test
    void messagesOfAllLengthsGoRoundTheWrap() throws Exception {
        // given
        Random random = new Random(42);
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            for (int round = 0; round < 100_000; round++) {
                byte[] message = new byte[random.nextInt(ring.maxMessage() + 1)];
                random.nextBytes(message);

                // when
                boolean sent = writer.trySend(ByteBuffer.wrap(message));

                // then
                assertThat(sent).isTrue();
                assertThat(reader.tryReceive()).hasValue(message);
            }
        }
    }

    @Test
    void aFullRingIsAnOutcome() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer()) {
            int sent = 0;
            while (writer.trySend(ByteBuffer.allocate(100))) {
                sent++;
            }

            // then nobody reads
            assertThat(sent).isEqualTo(4096 / 112);
            assertThat(writer.claim(100)).isEqualTo(SendOutcome.NOT_CONNECTED);

            // then somebody reads
            try (RingReader reader = ring.reader()) {
                assertThat(writer.claim(100)).isEqualTo(SendOutcome.BACK_PRESSURED);
                assertThat(reader.drain((_, _, _) -> {}, 2)).isEqualTo(2); // padding at the wrap takes some of the room
                assertThat(writer.claim(100)).isEqualTo(SendOutcome.CLAIMED);
            }
        }
    }

    @Test
    void aMessageTooLongSaysBothSizes() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer()) {
            // then
            assertThat(ring.maxMessage()).isEqualTo(504);
            assertThatThrownBy(() -> writer.claim(505))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("504")
                    .hasMessageContaining("505");
        }
    }

    @Test
    void whatIsStagedIsNotPublishedWhileSomethingIsClaimed() throws Exception {
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer()) {
            // given
            assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
            writer.stage();
            assertThat(writer.claim(400)).isEqualTo(SendOutcome.CLAIMED);

            // then
            assertThatThrownBy(writer::publish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("something is claimed");
            writer.abort();
            assertThat(writer.publish()).isTrue();
        }
    }

    @Test
    void anAbortedClaimIsNotSent() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            // when
            assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), 1);
            writer.abort();
            assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
            writer.memory().set(ValueLayout.JAVA_LONG, writer.offset(), 2);
            writer.commit();

            // then
            List<Long> seen = new ArrayList<>();
            reader.drain((memory, offset, _) -> seen.add(memory.get(ValueLayout.JAVA_LONG, offset)), 10);
            assertThat(seen).containsExactly(2L);
        }
    }

    @Test
    void stagedMessagesComeTogether() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            // when
            for (int i = 0; i < 3; i++) {
                assertThat(writer.claim(8)).isEqualTo(SendOutcome.CLAIMED);
                writer.stage();
            }

            // then
            assertThat(reader.drain((_, _, _) -> {}, 10)).isZero();
            assertThat(writer.publish()).isTrue();
            assertThat(reader.drain((_, _, _) -> {}, 10)).isEqualTo(3);
        }
    }

    @Test
    void aReaderIsNotReadWithinItsOwnHandler() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            writer.send(bytes("a"));

            // then
            assertThat(reader.drain(
                            (_, _, _) -> {
                                assertRefused(() -> reader.drain((_, _, _) -> {}, 1));
                                assertRefused(reader::tryReceive);
                                assertRefused(reader::receive);
                                assertRefused(reader::await);
                            },
                            1))
                    .isEqualTo(1);
            assertThat(reader.tryReceive()).isEmpty();
        }
    }

    private static void assertRefused(ThrowingCallable read) {
        assertThatThrownBy(read).isInstanceOf(IllegalStateException.class).hasMessageContaining("handler");
    }

    @Test
    void aHandlerThatThrowsGetsItsMessageAgain() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            writer.send(bytes("a"));
            writer.send(bytes("b"));

            // when
            assertThatThrownBy(() -> reader.drain(
                            (memory, offset, _) -> {
                                if (memory.get(ValueLayout.JAVA_BYTE, offset) == 'b') {
                                    throw new IllegalStateException("broken");
                                }
                            },
                            10))
                    .hasMessage("broken");

            // then
            assertThat(reader.receive()).asString().isEqualTo("b");
        }
    }

    @Test
    void oneProducerTooManyIsToldTheLimitAndWhoHasTheLanes() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), RingSpec.manyToOne(2, 4096));
                RingWriter _ = ring.writer();
                Ring again = Ring.open(file())) {
            try (RingWriter _ = ring.writer()) {
                // then
                assertThatThrownBy(again::writer).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.LANES_TAKEN);
                    assertThat(refused.limit()).isEqualTo("2 lanes");
                    assertThat(refused.value())
                            .contains("pid " + ProcessHandle.current().pid());
                });
            }
            // when one has ended
            again.writer().close();
        }
    }

    @Test
    void aSecondReaderIsToldWhoTheFirstIs() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingReader _ = ring.reader();
                Ring again = Ring.open(file())) {
            // then
            assertThatThrownBy(again::reader).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.READER_TAKEN);
                assertThat(refused.value())
                        .contains("id 1 (pid " + ProcessHandle.current().pid());
            });
        }
    }

    @Test
    void theNextReaderGoesOnWhereTheLastOneWas() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer()) {
            writer.send(bytes("a"));
            writer.send(bytes("b"));
            try (RingReader reader = ring.reader()) {
                assertThat(reader.receive()).asString().isEqualTo("a");
            }

            // when
            try (Ring again = Ring.open(file());
                    RingReader reader = again.reader()) {
                // then
                assertThat(reader.receive()).asString().isEqualTo("b");
            }
        }
    }

    @Test
    void countersAreSeenFromOutside() throws Exception {
        // given
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader();
                RingStat stat = RingStat.open(file())) {
            // when
            for (int i = 0; i < 3; i++) {
                writer.send(new byte[8]);
            }
            reader.receive();

            // then
            var seen = stat.read();
            assertThat(seen.reader().alive()).isTrue();
            assertThat(seen.reader().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(seen.lanes()).hasSize(1);
            var lane = seen.lanes().getFirst();
            assertThat(lane.sent()).isEqualTo(3);
            assertThat(lane.received()).isEqualTo(1);
            assertThat(lane.lag()).isEqualTo(32);
            assertThat(lane.position()).isEqualTo(48);
            assertThat(lane.producer().alive()).isTrue();
        }
    }

    @Test
    void aRingThatIsMissingIsNamedAsThat() {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Ring.open(file()),
                () -> Broadcast.open(file()),
                () -> RingStat.open(file()),
                () -> Ring.remove(file()))) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_RING));
        }
    }

    @Test
    void aFileThatIsNoRingSaysWhatItIs() throws Exception {
        // given
        SharedLock.create(file()).close();

        // then
        assertThatThrownBy(() -> Ring.open(file())).isInstanceOfSatisfying(ErrnoException.class, refused -> {
            assertThat(refused.problem()).isEqualTo(Problem.WRONG_KIND);
            assertThat(refused.value()).isEqualTo("a lock");
            assertThat(refused.limit()).isEqualTo("a ring of version 1");
        });
    }

    @Test
    void aRingOfAnEarlierBootIsEmpty() throws Exception {
        // given a message, and a boot that is not this one
        try (Ring ring = Ring.create(file(), SMALL);
                RingWriter writer = ring.writer()) {
            writer.send(bytes("lost"));
        }
        try (var channel = java.nio.channels.FileChannel.open(file(), java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(8).putLong(0, 17), 32);
        }

        // when
        try (Ring ring = Ring.open(file());
                RingReader reader = ring.reader();
                RingWriter writer = ring.writer()) {
            // then
            assertThat(reader.tryReceive()).isEmpty();
            writer.send(bytes("new"));
            assertThat(reader.receive()).asString().isEqualTo("new");
        }
    }

    @Test
    void closingTheRingClosesItsEnds() throws Exception {
        // given
        Ring ring = Ring.create(file(), SMALL);
        RingWriter writer = ring.writer();
        RingReader reader = ring.reader();

        // when
        ring.close();

        // then
        assertThat(writer.claim(1)).isEqualTo(SendOutcome.CLOSED);
        assertThat(reader.drain((_, _, _) -> {}, 1)).isEqualTo(RingReader.CLOSED);
        assertThatThrownBy(reader::receive).isInstanceOf(java.nio.channels.ClosedChannelException.class);
        assertThatThrownBy(() -> writer.send(new byte[1])).isInstanceOf(java.nio.channels.ClosedChannelException.class);
    }
}
