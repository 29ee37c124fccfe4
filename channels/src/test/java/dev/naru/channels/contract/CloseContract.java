package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A close by any thread ends all that goes on in the channel, and the other side sees it. */
interface CloseContract extends Contract {
    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingRead(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        in.channel().close();

        // then
        assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(read.interruptedAtEnd()).isFalse();
        assertRefused(in.peer());
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingTimedRead(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1), TimedReadContract.LONG))
                .awaitPolling();

        // when
        in.channel().close();

        // then
        assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingWrite(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int filled = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1)))
                .awaitPolling();

        // when
        out.channel().close();

        // then
        assertThat(write.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(write.interruptedAtEnd()).isFalse();
        assertThat(out.peer().ask("read-to-end")).startsWith("end " + filled + " ");
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingTimedWrite(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1), TimedReadContract.LONG))
                .awaitPolling();

        // when
        out.channel().close();

        // then
        assertThat(write.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseEndsAllThatWaitForTheirTurn(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        List<Task<Integer>> reads = new ArrayList<>();
        reads.add(Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                .awaitPolling());
        for (int i = 0; i < 5; i++) {
            reads.add(Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1)))
                    .awaitWaitingIn("dev.naru.channels.DescriptorChannel"));
        }

        // when
        in.channel().close();

        // then
        for (Task<Integer> read : reads) {
            assertThat(read.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    default void manyThreadsMayClose() throws Exception {
        // given
        var in = fixture().inbound();

        // when
        List<Task<Void>> closes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            closes.add(Task.start(i % 2 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL, () -> {
                in.channel().close();
                return null;
            }));
        }

        // then
        for (Task<Void> close : closes) {
            assertThat(close.failure()).isNull();
        }
        assertThat(in.channel().isOpen()).isFalse();
        assertRefused(in.peer());
    }

    @Test
    default void aClosedReaderRefusesEveryRead() throws Exception {
        // given
        var channel = fixture().inbound().channel();
        ByteBuffer room = ByteBuffer.allocate(1);

        // when
        channel.close();

        // then
        assertThatThrownBy(() -> channel.read(room)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(room, TimedReadContract.SHORT))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.tryRead(room)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(new ByteBuffer[] {room}))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(0)))
                .isExactlyInstanceOf(ClosedChannelException.class);
    }

    @Test
    default void aClosedWriterRefusesEveryWrite() throws Exception {
        // given
        var channel = fixture().outbound().channel();
        ByteBuffer source = ByteBuffer.allocate(1);

        // when
        channel.close();

        // then
        assertThatThrownBy(() -> channel.write(source)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(source, TimedReadContract.SHORT))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.tryWrite(source)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(new ByteBuffer[] {source}))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(0)))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThat(source.position()).isZero();
    }
}
