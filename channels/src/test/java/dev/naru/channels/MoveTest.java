package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.naru.channels.contract.Buffers;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that go from one descriptor to another inside the kernel. */
@ExtendWith(NoLeaks.class)
class MoveTest {
    private static final int SIZE = 3_000_001;
    private static final long MUCH = 1L << 40;

    @TempDir
    private Path folder;

    private final AnonymousPipeFixture fixture = new AnonymousPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    private PipeReader fromPeer(int size, int seed) throws Exception {
        var in = fixture.inbound();
        in.peer().send("write " + size + " " + seed).send("close write");
        return (PipeReader) in.channel();
    }

    private Path file(int size, int seed) throws IOException {
        return Files.write(folder.resolve("source"), Payload.bytes(seed, size));
    }

    @Test
    void aPipeIsMovedIntoAPipe() throws Exception {
        // given
        PipeReader source = fromPeer(SIZE, 1);
        var out = fixture.outbound();
        out.peer().send("read-to-end");
        PipeWriter target = (PipeWriter) out.channel();

        // when
        long moved = 0;
        for (long n; (n = source.moveTo(target, MUCH)) >= 0; ) {
            moved += n;
        }
        target.close();

        // then
        assertThat(moved).isEqualTo(SIZE);
        assertThat(out.peer().answer()).isEqualTo("end " + SIZE + " " + Payload.sha256(1, SIZE));
    }

    @Test
    void aPipeIsMovedIntoAFile() throws Exception {
        // given
        PipeReader source = fromPeer(SIZE, 2);
        Path file = folder.resolve("target");

        // when
        try (Descriptor target = Descriptor.open(file, Descriptor.Access.WRITE)) {
            while (source.moveTo(target, MUCH) >= 0) {
                // further
            }
        }

        // then
        assertThat(file).hasBinaryContent(Payload.bytes(2, SIZE));
    }

    @Test
    void aFileIsMovedIntoAPipe() throws Exception {
        // given
        var out = fixture.outbound();
        out.peer().send("read-to-end");
        PipeWriter target = (PipeWriter) out.channel();

        // when
        try (Descriptor source = Descriptor.open(file(SIZE, 3), Descriptor.Access.READ)) {
            while (target.moveFrom(source, MUCH) >= 0) {
                // further
            }
        }
        target.close();

        // then
        assertThat(out.peer().answer()).isEqualTo("end " + SIZE + " " + Payload.sha256(3, SIZE));
    }

    @Test
    void noMoreIsMovedThanAskedFor() throws Exception {
        // given
        PipeReader source = fromPeer(1000, 4);
        try (AnonymousPipe target = AnonymousPipe.create()) {
            // when
            long none = source.moveTo(target.writer(), 0);
            long some = source.moveTo(target.writer(), 100);

            // then
            assertThat(none).isZero();
            assertThat(some).isEqualTo(100);
            assertThat(Buffers.read(target.reader(), 100)).isEqualTo(Payload.bytes(4, 100));
            assertThat(Buffers.read(source, 2000)).hasSize(900);
        }
    }

    @Test
    void aCopyLeavesTheBytesWhereTheyWere() throws Exception {
        // given
        PipeReader source = fromPeer(1000, 5);
        try (AnonymousPipe copy = AnonymousPipe.create()) {
            // when
            long copied = source.copyTo(copy.writer(), MUCH);

            // then
            assertThat(copied).isEqualTo(1000);
            assertThat(Buffers.read(copy.reader(), 1000)).isEqualTo(Payload.bytes(5, 1000));
            assertThat(Buffers.read(source, 1000)).isEqualTo(Payload.bytes(5, 1000));
            assertThat(source.copyTo(copy.writer(), MUCH)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMoveWaitsForBytesAndForRoom(ThreadKind kind) throws Exception {
        // given
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            int filled = Buffers.fill(target.writer());
            var move = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10))
                    .awaitPolling();

            // when
            int _ = source.writer().write(ByteBuffer.wrap(Payload.bytes(6, 10)));
            move.awaitPolling();
            assertThat(Buffers.read(target.reader(), filled)).hasSize(filled);

            // then
            assertThat(move.result()).isEqualTo(10);
            assertThat(Buffers.read(target.reader(), 10)).isEqualTo(Payload.bytes(6, 10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimedMoveAnswersZeroWhenNothingCanMove(ThreadKind kind) throws Exception {
        // given
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            Duration brief = Duration.ofMillis(5);

            // when
            var moved = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10, brief));
            var copied = Task.start(kind, () -> source.reader().copyTo(target.writer(), 10, brief));
            var atOnce = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10, Duration.ZERO));

            // then
            assertThat(moved.result()).isZero();
            assertThat(copied.result()).isZero();
            assertThat(atOnce.result()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingEitherEndEndsAWaitingMove(ThreadKind kind) throws Exception {
        for (boolean closeSource : new boolean[] {true, false}) {
            // given
            try (AnonymousPipe source = AnonymousPipe.create();
                    AnonymousPipe target = AnonymousPipe.create()) {
                var move = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10))
                        .awaitPolling();

                // when
                if (closeSource) {
                    source.reader().close();
                } else {
                    target.writer().close();
                }

                // then
                assertThat(move.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
                assertThat(closeSource ? null : target.reader().read(ByteBuffer.allocate(1)))
                        .isIn(null, -1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitingMove(ThreadKind kind) throws Exception {
        // given
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            var move = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10))
                    .awaitPolling();

            // when
            move.interrupt();

            // then
            assertThat(move.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(move.interruptedAtEnd()).isTrue();
            assertThat(source.reader().isOpen()).isFalse();
        }
    }

    @Test
    void aMoveWhoseReaderIsGoneSaysSo() throws Exception {
        // given
        PipeReader source = fromPeer(10, 7);
        try (AnonymousPipe target = AnonymousPipe.create()) {
            target.reader().close();

            // when
            var refused = catchThrowableOfType(ErrnoException.class, () -> source.moveTo(target.writer(), 10));

            // then
            assertThat(refused.problem()).isEqualTo(Problem.READER_GONE);
            assertThat(refused.call()).isEqualTo("splice");
        }
    }

    @Test
    void whatIsClosedMovesNothing() throws Exception {
        // given
        PipeReader source = fromPeer(10, 8);
        try (AnonymousPipe target = AnonymousPipe.create()) {
            target.writer().close();

            // when, then
            assertThatThrownBy(() -> source.moveTo(target.writer(), 10)).isInstanceOf(ClosedChannelException.class);
            assertThat(Buffers.read(source, 10)).isEqualTo(Payload.bytes(8, 10));
            source.close();
            assertThatThrownBy(() -> source.moveTo(target.writer(), 10)).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Another kind could make splice(2) itself wait, past any deadline. */
    @Test
    void onlyPipesAndFilesTakePart() throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create();
                Descriptor device = Descriptor.open(Path.of("/dev/zero"), Descriptor.Access.READ_WRITE)) {
            // when
            var from = catchThrowableOfType(
                    ErrnoException.class, () -> pipe.writer().moveFrom(device, 10));
            var to = catchThrowableOfType(
                    ErrnoException.class, () -> pipe.reader().moveTo(device, 10));

            // then
            assertThat(from.problem()).isEqualTo(Problem.NOT_MOVABLE);
            assertThat(to.problem()).isEqualTo(Problem.NOT_MOVABLE);
        }
    }

    @Test
    void aNegativeNumberOfBytesIsRefused() throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            assertThatThrownBy(() -> pipe.reader().moveTo(target.writer(), -1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aCopyOfAnEmptyPipeWithoutWritersIsTheEnd() throws Exception {
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            // given
            source.writer().close();

            // when, then
            assertThat(source.reader().copyTo(target.writer(), 100)).isEqualTo(-1);
        }
    }

    /** Bytes that another thread is writing into the target stay together. */
    @ParameterizedTest
    @EnumSource
    void theTargetIsUsedByOneThreadAtATime(ThreadKind kind) throws Exception {
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            // given a writer that waits for room
            int room = target.writer().capacity();
            ByteBuffer large = ByteBuffer.allocateDirect(room + 10_000);
            var writing = Task.start(kind, () -> target.writer().write(large)).awaitPolling();
            assertThat(source.writer().write(ByteBuffer.wrap(new byte[] {1, 1, 1})))
                    .isEqualTo(3);

            // when
            long inTime = source.reader().moveTo(target.writer(), MUCH, Duration.ofMillis(1));
            var moving = Task.start(kind, () -> source.reader().moveTo(target.writer(), MUCH));
            ByteBuffer arrived = ByteBuffer.allocate(room + 10_003);
            while (arrived.hasRemaining()) {
                assertThat(target.reader().read(arrived)).isPositive();
            }

            // then
            assertThat(inTime).isZero();
            assertThat(writing.result()).isEqualTo(room + 10_000);
            assertThat(moving.result()).isEqualTo(3);
            assertThat(arrived.array()).endsWith(0, 1, 1, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfWhoWaitsForATurnLeavesTheTargetToThoseWhoUseIt(ThreadKind kind) throws Exception {
        // given a target that another thread writes into
        try (AnonymousPipe source = AnonymousPipe.create();
                AnonymousPipe target = AnonymousPipe.create()) {
            int full = Buffers.fill(target.writer());
            var stranger = Task.start(kind, () -> target.writer().write(ByteBuffer.allocate(10)))
                    .awaitPolling();
            var move = Task.start(kind, () -> source.reader().moveTo(target.writer(), 10))
                    .awaitWaitingIn("java.util.concurrent.locks.ReentrantLock");

            // when
            move.interrupt();

            // then
            assertThat(move.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(move.interruptedAtEnd()).isTrue();
            assertThat(source.reader().isOpen()).isFalse();
            assertThat(target.writer().isOpen()).isTrue();
            assertThat(Buffers.read(target.reader(), full + 10)).hasSize(full + 10);
            assertThat(stranger.result()).isEqualTo(10);
        }
    }
}
