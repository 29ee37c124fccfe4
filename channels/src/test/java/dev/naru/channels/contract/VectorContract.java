package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading into several buffers and writing from several ({@code ScatteringByteChannel}, {@code GatheringByteChannel}). */
interface VectorContract extends Contract {
    @Test
    default void aReadFillsOneBufferAfterTheOther() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 25 1");
        ByteBuffer[] targets = {
            ByteBuffer.allocate(10),
            ByteBuffer.allocateDirect(0),
            ByteBuffer.allocateDirect(10),
            ByteBuffer.allocate(10)
        };

        // when
        long read = in.channel().read(targets);

        // then
        assertThat(read).isEqualTo(25);
        assertThat(Arrays.stream(targets).map(ByteBuffer::position)).containsExactly(10, 0, 10, 5);
        ByteBuffer all = ByteBuffer.allocate(25);
        Arrays.stream(targets).map(ByteBuffer::flip).forEach(all::put);
        assertThat(all.array()).isEqualTo(Payload.bytes(1, 25));
    }

    @Test
    default void aReadTouchesOnlyTheBuffersThatAreNamed() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 25 1");
        ByteBuffer[] targets = {ByteBuffer.allocate(10), ByteBuffer.allocate(10), ByteBuffer.allocate(10)};

        // when
        long read = in.channel().read(targets, 1, 1);

        // then
        assertThat(read).isEqualTo(10);
        assertThat(Arrays.stream(targets).map(ByteBuffer::position)).containsExactly(0, 10, 0);
    }

    @Test
    default void aReadIntoBuffersAnswersTheEnd() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().tell("close write");

        // when
        long read = in.channel().read(new ByteBuffer[] {ByteBuffer.allocate(1), ByteBuffer.allocate(1)});

        // then
        assertThat(read).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    default void aReadIntoBuffersWaits(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(new ByteBuffer[] {ByteBuffer.allocate(9)}))
                .awaitPolling();

        // when
        in.peer().ask("write 4 1");

        // then
        assertThat(read.result()).isEqualTo(4);
    }

    @Test
    default void buffersWithoutRoomReadNothingAndDoNotWait() throws Exception {
        // given
        var channel = fixture().inbound().channel();

        // when, then
        assertThat(channel.read(new ByteBuffer[] {ByteBuffer.allocate(0)})).isZero();
        assertThat(channel.read(new ByteBuffer[0])).isZero();
    }

    @Test
    default void aReadOnlyBufferAmongThemIsRefusedAndNothingIsLost() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 10 1");
        ByteBuffer[] targets = {ByteBuffer.allocate(5), ByteBuffer.allocate(5).asReadOnlyBuffer()};

        // when, then
        assertThatThrownBy(() -> in.channel().read(targets)).isInstanceOf(IllegalArgumentException.class);
        assertThat(targets[0].position()).isZero();
        assertThat(Buffers.read(in.channel(), 10)).isEqualTo(Payload.bytes(1, 10));
    }

    @Test
    default void aBufferThatIsThereTwiceIsRefusedAndNothingMoves() throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 10 1");
        var out = fixture().outbound();
        ByteBuffer twice = ByteBuffer.allocate(10);
        ByteBuffer[] buffers = {twice, ByteBuffer.allocate(1), twice};

        // when, then
        assertThatThrownBy(() -> in.channel().read(buffers)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.channel().write(buffers)).isInstanceOf(IllegalArgumentException.class);
        assertThat(twice.position()).isZero();
        assertThat(Buffers.read(in.channel(), 10)).isEqualTo(Payload.bytes(1, 10));
        out.channel().close();
        assertThat(out.peer().ask("read-to-end")).startsWith("end 0 ");
    }

    @Test
    default void aWriteSendsOneBufferAfterTheOther() throws Exception {
        // given more than the channel's own buffer and the kernel's hold
        var out = fixture().outbound();
        int size = 300_000;
        byte[] bytes = Payload.bytes(2, size);
        ByteBuffer[] sources = {
            ByteBuffer.wrap(bytes, 0, 10),
            Buffers.DIRECT.of(Arrays.copyOfRange(bytes, 10, 200_000)),
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(bytes, 200_000, 100_000).asReadOnlyBuffer()
        };
        out.peer().send("read-to-end");

        // when
        long written = out.channel().write(sources);
        out.channel().close();

        // then
        assertThat(written).isEqualTo(size);
        assertThat(Arrays.stream(sources).noneMatch(ByteBuffer::hasRemaining)).isTrue();
        assertThat(out.peer().answer()).isEqualTo("end " + size + " " + Payload.sha256(2, size));
    }

    @Test
    default void aWriteTouchesOnlyTheBuffersThatAreNamed() throws Exception {
        // given
        var out = fixture().outbound();
        ByteBuffer[] sources = {ByteBuffer.allocate(5), ByteBuffer.wrap(Payload.bytes(3, 5)), ByteBuffer.allocate(5)};

        // when
        long written = out.channel().write(sources, 1, 1);

        // then
        assertThat(written).isEqualTo(5);
        assertThat(Arrays.stream(sources).map(ByteBuffer::position)).containsExactly(0, 5, 0);
        assertThat(out.peer().ask("read 5")).isEqualTo("read 5 " + Payload.sha256(3, 5));
    }

    @Test
    default void aWrongRangeIsRefused() throws Exception {
        // given
        var in = fixture().inbound().channel();
        var out = fixture().outbound().channel();
        ByteBuffer[] two = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};

        // when, then
        assertThatThrownBy(() -> in.read(two, 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.read(two, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> out.write(two, 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> out.write(two, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptedWriteFromBuffersTellsHowFarItCame(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        byte[] bytes = Payload.bytes(4, SlowReaderContract.MUCH);
        ByteBuffer[] sources = {ByteBuffer.wrap(bytes, 0, 1000), ByteBuffer.wrap(bytes, 1000, bytes.length - 1000)};
        var write = Task.start(kind, () -> out.channel().write(sources)).awaitPolling();

        // when
        write.interrupt();

        // then
        assertThat(write.failure()).isNotNull();
        int went = sources[0].position() + sources[1].position() - 1000;
        assertThat(out.peer().ask("read-to-end")).isEqualTo("end " + went + " " + Payload.sha256(4, went));
    }
}
