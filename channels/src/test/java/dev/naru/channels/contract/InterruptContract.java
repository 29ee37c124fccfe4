package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of {@link java.nio.channels.InterruptibleChannel} for interrupts. */
interface InterruptContract extends Contract {
    private static void assertClosedByInterrupt(Task<?> task, Channel channel) throws InterruptedException {
        assertThat(task.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(task.interruptedAtEnd()).as("interrupt status").isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    private static int readOne(InputChannel channel) throws Exception {
        return channel.read(ByteBuffer.allocate(1));
    }

    private static int writeOne(OutputChannel channel) throws Exception {
        return channel.write(ByteBuffer.allocate(1));
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingReadAndClosesTheChannel(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> readOne(in.channel())).awaitPolling();

        // when
        read.interrupt();

        // then
        assertClosedByInterrupt(read, in.channel());
        assertRefused(in.peer());
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingTimedReadAndClosesTheChannel(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(1), TimedReadContract.LONG))
                .awaitPolling();

        // when
        read.interrupt();

        // then
        assertClosedByInterrupt(read, in.channel());
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingWriteAndClosesTheChannel(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int filled = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> writeOne(out.channel())).awaitPolling();

        // when
        write.interrupt();

        // then
        assertClosedByInterrupt(write, out.channel());
        assertThat(out.peer().ask("read-to-end")).startsWith("end " + filled + " ");
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingTimedWriteAndClosesTheChannel(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1), TimedReadContract.LONG))
                .awaitPolling();

        // when
        write.interrupt();

        // then
        assertClosedByInterrupt(write, out.channel());
    }

    @ParameterizedTest
    @EnumSource
    default void aThreadThatIsInterruptedAlreadyDoesNotRead(ThreadKind kind) throws Exception {
        // given bytes that could be read
        var in = fixture().inbound();
        in.peer().ask("write 1 1");

        // when
        var read = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return readOne(in.channel());
        });

        // then
        assertClosedByInterrupt(read, in.channel());
    }

    @ParameterizedTest
    @EnumSource
    default void aThreadThatIsInterruptedAlreadyDoesNotWrite(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();

        // when
        var write = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return writeOne(out.channel());
        });

        // then
        assertClosedByInterrupt(write, out.channel());
        assertThat(out.peer().ask("read-to-end")).startsWith("end 0 ");
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptOfWhoWaitsForHisTurnClosesTheChannelForBoth(ThreadKind kind) throws Exception {
        // given one that reads and one behind it
        var in = fixture().inbound();
        var first = Task.start(kind, () -> readOne(in.channel())).awaitPolling();
        var second =
                Task.start(kind, () -> readOne(in.channel())).awaitWaitingIn("dev.naru.channels.DescriptorChannel");

        // when
        second.interrupt();

        // then
        assertClosedByInterrupt(second, in.channel());
        assertThat(first.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(first.interruptedAtEnd()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    default void anUnparkThatNobodyAskedForEndsNoRead(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> readOne(in.channel())).awaitPolling();

        // when
        LockSupport.unpark(read.thread());
        in.peer().ask("write 1 1");

        // then
        assertThat(read.result()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptAfterTheReadHarmsNobody(ThreadKind kind) throws Exception {
        // given a thread that has waited in this channel once
        var in = fixture().inbound();
        var first = Task.start(kind, () -> {
            int read = readOne(in.channel());
            LockSupport.park();
            return read;
        });
        first.awaitPolling();
        in.peer().ask("write 1 1");
        first.awaitWaitingIn("java.util.concurrent.locks.LockSupport");
        var second = Task.start(kind, () -> readOne(in.channel())).awaitPolling();

        // when it is interrupted while another waits there
        first.interrupt();
        in.peer().ask("write 1 2");

        // then
        assertThat(first.result()).isEqualTo(1);
        assertThat(second.result()).isEqualTo(1);
        assertThat(in.channel().isOpen()).isTrue();
    }
}
