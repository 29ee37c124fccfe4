package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a channel promises besides that loses no message: it has room for so many, and a sender waits for it. */
public interface RoomContract extends MessageContract {
    /** Sends until there is no room: how many went in. */
    private static int fill(MessageSender sender) throws Exception {
        int sent = 0;
        while (sender.trySend(ByteBuffer.allocate(64))) {
            sent++;
        }
        return sent;
    }

    @Test
    default void timedAndTryFormsAnswerWhenThereIsNoRoom() throws Exception {
        // given
        var ends = messages().ends();
        int _ = fill(ends.sender());
        ByteBuffer one = ByteBuffer.allocate(64);

        // then
        assertThat(ends.sender().send(one, SHORT)).isFalse();
        assertThat(ends.sender().send(one, Duration.ZERO)).isFalse();
        assertThat(one.position()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void roomEndsAWaitingSend(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        int sent = fill(ends.sender());
        var send = awaitAsleep(Task.start(kind, () -> ends.sender().send(ByteBuffer.wrap(new byte[64]), LONG)));

        // when
        for (int i = 0; i < sent; i++) {
            assertThat(ends.receiver().receive()).hasSize(64);
        }

        // then
        assertThat(send.result()).isTrue();
        assertThat(ends.receiver().receive()).hasSize(64);
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingSendThatCanGoOn(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        int sent = fill(ends.sender());
        var send = awaitAsleep(Task.start(kind, () -> ends.sender().send(ByteBuffer.allocate(64), LONG)));

        // when
        send.interrupt();

        // then
        assertThat(send.failure()).isInstanceOf(InterruptedException.class);
        for (int i = 0; i < sent; i++) {
            assertThat(ends.receiver().receive()).hasSize(64);
        }
        assertThat(ends.receiver().tryReceive()).isEmpty();
        ends.sender().send(new byte[] {7});
        assertThat(ends.receiver().receive()).containsExactly(7);
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingSend(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        int _ = fill(ends.sender());
        var send = awaitAsleep(Task.start(kind, () -> ends.sender().send(ByteBuffer.allocate(64), LONG)));

        // when
        ends.sender().close();

        // then
        assertThat(send.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @ParameterizedTest
    @EnumSource
    default void manyMessagesGoAcross(ThreadKind kind) throws Exception {
        // given
        int count = 10_000;
        var ends = messages().ends();

        // when
        var send = Task.start(kind, () -> {
            for (int i = 0; i < count; i++) {
                ByteBuffer message = ByteBuffer.allocate(4 + i % 61);
                ends.sender().send(message.putInt(0, i));
            }
            return null;
        });

        // then
        for (int i = 0; i < count; i++) {
            Optional<byte[]> message = ends.receiver().receive(LONG);
            assertThat(ByteBuffer.wrap(message.orElseThrow()).getInt()).isEqualTo(i);
        }
        assertThat(send.failure()).isNull();
    }
}
