package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.contract.Buffers;
import dev.naru.channels.contract.ByteChannelFixture.Outbound;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are lent to a pipe: the far side says whether they changed before it had read them. */
@ExtendWith(NoLeaks.class)
class PageLenderTest {
    /** From here on pieces are lent, below they are copied. */
    private static final int THRESHOLD = 65_536;

    private static final int PIECE = 1 << 20;

    private final AnonymousPipeFixture fixture = new AnonymousPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    private static PipeWriter writer(Outbound out) {
        return (PipeWriter) out.channel();
    }

    private static void send(PageLender lender, byte[] bytes, MessageDigest digest) throws Exception {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, lender.buffer(), 0, bytes.length);
        lender.send(bytes.length);
        digest.update(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, 2 * THRESHOLD + 100, PIECE})
    void everyPieceArrivesAsItWasWhenItWasSent(int size) throws Exception {
        // given
        var out = fixture.outbound();
        out.peer().send("read-to-end");
        int rounds = 200;
        MessageDigest digest = Payload.newDigest();

        // when each buffer is filled anew as soon as it comes back
        try (PageLender lender = PageLender.over(writer(out), PIECE)) {
            for (int round = 0; round < rounds; round++) {
                send(lender, Payload.bytes(round, size), digest);
            }
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer()).isEqualTo("end " + (long) rounds * size + " " + Payload.hex(digest.digest()));
    }

    @Test
    void piecesOfAllSizesMayFollowEachOther() throws Exception {
        // given a pipe that holds a few of them, and sizes on both sides of the threshold
        var out = fixture.outbound();
        int _ = writer(out).capacity(PIECE);
        out.peer().send("read-to-end");
        Random random = new Random(11);
        MessageDigest digest = Payload.newDigest();
        long sent = 0;

        // when
        try (PageLender lender = PageLender.over(writer(out), PIECE)) {
            for (int round = 0; round < 300; round++) {
                int size = random.nextInt(3) == 0 ? random.nextInt(THRESHOLD) : random.nextInt(PIECE + 1);
                send(lender, Payload.bytes(round, size), digest);
                sent += size;
            }
        }
        out.channel().close();

        // then
        assertThat(out.peer().answer()).isEqualTo("end " + sent + " " + Payload.hex(digest.digest()));
    }

    @Test
    void aSlowReaderStillGetsWhatWasSent() throws Exception {
        // given a reader that takes odd bits when told, so that pieces wait in the pipe half read
        var out = fixture.outbound();
        int _ = writer(out).capacity(PIECE);
        int size = THRESHOLD + 5000;
        int rounds = 60;
        byte[] all = new byte[rounds * size];
        var lending = Task.start(ThreadKind.PLATFORM, () -> {
            try (PageLender lender = PageLender.over(writer(out), PIECE)) {
                for (int round = 0; round < rounds; round++) {
                    byte[] bytes = Payload.bytes(round, size);
                    System.arraycopy(bytes, 0, all, round * size, size);
                    send(lender, bytes, Payload.newDigest());
                }
            }
            out.channel().close();
            return rounds;
        });

        // when
        int position = 0;
        for (int bit = 1; position + bit < all.length / 2; bit = bit * 3 % 100_003) {
            assertThat(out.peer().ask("read " + bit))
                    .isEqualTo("read " + bit + " " + Payload.sha256(Arrays.copyOfRange(all, position, position + bit)));
            position += bit;
        }
        String rest = out.peer().ask("read-to-end");

        // then
        assertThat(lending.result()).isEqualTo(rounds);
        byte[] expected = Arrays.copyOfRange(all, position, all.length);
        assertThat(rest).isEqualTo("end " + expected.length + " " + Payload.sha256(expected));
    }

    @Test
    void closingTheLenderLeavesWhatWaitsInThePipeAsItWas() throws Exception {
        // given
        var out = fixture.outbound();
        int _ = writer(out).capacity(PIECE);
        byte[] bytes = Payload.bytes(1, THRESHOLD * 2);

        // when
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD * 2)) {
            send(lender, bytes, Payload.newDigest());
            lender.buffer().fill((byte) 'x');
        }
        // other mappings may now lie where the buffers were
        try (PageLender other = PageLender.over(writer(out), THRESHOLD * 2)) {
            other.buffer().fill((byte) 'y');
        }

        // then
        assertThat(out.peer().ask("read " + bytes.length))
                .isEqualTo("read " + bytes.length + " " + Payload.sha256(bytes));
    }

    @Test
    void theBufferStaysTheSameUntilItIsSentAndIsAnotherThen() throws Exception {
        // given
        var out = fixture.outbound();
        int _ = writer(out).capacity(PIECE);
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            MemorySegment first = lender.buffer();
            assertThat(lender.buffer()).isEqualTo(first);
            assertThat(first.address() % 4096).isZero();
            assertThat(first.byteSize()).isGreaterThanOrEqualTo(THRESHOLD);

            // when
            lender.send(THRESHOLD);

            // then
            assertThat(lender.buffer()).isNotEqualTo(first);
        }
    }

    @Test
    void buffersComeBackWhenTheirBytesAreRead() throws Exception {
        // given a pipe that holds two pieces
        var out = fixture.outbound();
        int _ = writer(out).capacity(2 * THRESHOLD);
        Set<Long> addresses = new HashSet<>();

        // when each piece is read before the next is sent
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            for (int i = 0; i < 50; i++) {
                addresses.add(lender.buffer().address());
                lender.send(THRESHOLD);
                assertThat(out.peer().ask("read " + THRESHOLD)).startsWith("read " + THRESHOLD);
            }
        }

        // then
        assertThat(addresses).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void moreThanABufferHoldsIsRefused() throws Exception {
        // given
        var out = fixture.outbound();
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            // when, then
            assertThatThrownBy(() -> lender.send(Math.toIntExact(lender.buffer().byteSize()) + 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> lender.send(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, THRESHOLD})
    void aReaderThatIsGoneIsTold(int size) throws Exception {
        // given
        var out = fixture.outbound();
        out.peer().tell("close read");
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            // when, then
            assertThatThrownBy(() -> lender.send(size))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            gone -> assertThat(gone.problem()).isEqualTo(Problem.READER_GONE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitingSend(ThreadKind kind) throws Exception {
        // given
        var out = fixture.outbound();
        int _ = Buffers.fill(out.channel());
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            var send = Task.start(kind, () -> {
                        lender.send(THRESHOLD);
                        return null;
                    })
                    .awaitPolling();

            // when
            send.interrupt();

            // then
            assertThat(send.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(out.channel().isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseOfTheWriterEndsAWaitingSend(ThreadKind kind) throws Exception {
        // given
        var out = fixture.outbound();
        int _ = Buffers.fill(out.channel());
        try (PageLender lender = PageLender.over(writer(out), THRESHOLD)) {
            var send = Task.start(kind, () -> {
                        lender.send(THRESHOLD);
                        return null;
                    })
                    .awaitPolling();

            // when
            out.channel().close();

            // then
            assertThat(send.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, PIECE + 1, Integer.MAX_VALUE})
    void whatIsNotInTheBufferIsNotSent(int bytes) throws Exception {
        try (PageLender lender = PageLender.over(writer(fixture.outbound()), PIECE)) {
            MemorySegment before = lender.buffer();
            assertThatThrownBy(() -> lender.send(bytes)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(lender.buffer()).isEqualTo(before);
        }
    }

    @Test
    void aBufferHoldsAByteAtLeast() throws Exception {
        PipeWriter writer = writer(fixture.outbound());
        assertThatThrownBy(() -> PageLender.over(writer, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The pipe may hold pages of it, whatever became of the rest. */
    @Test
    void aBufferWhoseSendFailedHalfWayIsNotGivenOutAgain() throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create();
                PageLender lender = PageLender.over(pipe.writer(), PIECE)) {
            // given a piece that does not fit
            MemorySegment half = lender.buffer();
            var sending = Task.start(ThreadKind.PLATFORM, () -> {
                        lender.send(PIECE);
                        return 0;
                    })
                    .awaitPolling();

            // when
            pipe.reader().close();

            // then
            assertThat(sending.failure())
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            gone -> assertThat(gone.problem()).isEqualTo(Problem.READER_GONE));
            assertThat(lender.buffer().address()).isNotEqualTo(half.address());
        }
    }
}
