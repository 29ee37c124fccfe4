package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link dev.naru.channels.MessageSender} and {@link dev.naru.channels.MessageReceiver} promise. */
@ExtendWith(NoLeaks.class)
public interface MessageContract {
    /** Longer than any test. */
    Duration LONG = Duration.ofHours(1);

    /** Over before anything happens. */
    Duration SHORT = Duration.ofMillis(1);

    /** The channel under test: a new one for each test. */
    MessageFixture messages();

    /** Leaves nothing behind. */
    @AfterEach
    default void closeAllMessages() throws Exception {
        messages().close();
    }

    /** Waits until it sleeps in the kernel. */
    default <T> Task<T> awaitAsleep(Task<T> task) {
        return messages().awaitAsleep(task);
    }

    @Test
    default void messagesComeWholeAndInOrder() throws Exception {
        // given
        var ends = messages().ends();

        // when
        ends.sender().send(new byte[] {1});
        ends.sender().send(new byte[0]);
        ends.sender().send(new byte[] {2, 3});

        // then
        assertThat(ends.receiver().receive()).containsExactly(1);
        assertThat(ends.receiver().receive()).isEmpty();
        assertThat(ends.receiver().receive()).containsExactly(2, 3);
        assertThat(ends.receiver().tryReceive()).isEmpty();
    }

    @Test
    default void aMessageIsWhatLiesBetweenPositionAndLimit() throws Exception {
        // given
        var ends = messages().ends();
        ByteBuffer heap = ByteBuffer.wrap(new byte[] {0, 1, 2, 3}).position(1).limit(3);
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(0, new byte[] {0, 4, 5, 6});
        var _ = direct.position(1).limit(3);

        // when
        ends.sender().send(heap.slice());
        ends.sender().send(heap);
        ends.sender().send(direct);

        // then
        assertThat(heap.position()).isEqualTo(3);
        assertThat(direct.position()).isEqualTo(3);
        assertThat(ends.receiver().receive()).containsExactly(1, 2);
        assertThat(ends.receiver().receive()).containsExactly(1, 2);
        assertThat(ends.receiver().receive()).containsExactly(4, 5);
    }

    @Test
    default void aMessageTooLongIsRefused() throws Exception {
        // given
        var ends = messages().ends();
        int most = Math.toIntExact(ends.sender().maxMessage());

        // then
        assertThatThrownBy(() -> ends.sender().send(new byte[most + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(most))
                .hasMessageContaining(Integer.toString(most + 1));
        ends.sender().send(new byte[most]);
        assertThat(ends.receiver().receive()).hasSize(most);
    }

    @Test
    default void timedAndTryFormsAnswer() throws Exception {
        // given
        var ends = messages().ends();

        // then
        assertThat(ends.receiver().tryReceive()).isEmpty();
        assertThat(ends.receiver().receive(SHORT)).isEmpty();
        assertThat(ends.receiver().receive(Duration.ZERO)).isEmpty();
        assertThat(ends.receiver().receive(Duration.ofNanos(-1))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    default void aMessageEndsAWaitingReceive(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        var receive = awaitAsleep(Task.start(kind, () -> ends.receiver().receive()));

        // when
        ends.sender().send(new byte[] {7});

        // then
        assertThat(receive.result()).containsExactly(7);
    }

    @ParameterizedTest
    @EnumSource
    default void anInterruptEndsAWaitingReceiveThatCanGoOn(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        var receive = awaitAsleep(Task.start(kind, () -> ends.receiver().receive()));

        // when
        receive.interrupt();

        // then
        assertThat(receive.failure()).isInstanceOf(InterruptedException.class);
        assertThat(receive.interruptedAtEnd()).isFalse();
        ends.sender().send(new byte[] {7});
        assertThat(ends.receiver().receive(LONG)).hasValue(new byte[] {7});
    }

    @ParameterizedTest
    @EnumSource
    default void aThreadThatIsInterruptedAlreadyNeitherSendsNorReceives(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();

        // when
        var send = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            ends.sender().send(new byte[1]);
            return null;
        });
        assertThat(send.failure()).isInstanceOf(InterruptedException.class);
        ends.sender().send(new byte[] {7});
        var receive = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return ends.receiver().receive();
        });

        // then
        assertThat(receive.failure()).isInstanceOf(InterruptedException.class);
        assertThat(ends.receiver().receive()).containsExactly(7);
    }

    @ParameterizedTest
    @EnumSource
    default void aCloseByAnotherThreadEndsAWaitingReceive(ThreadKind kind) throws Exception {
        // given
        var ends = messages().ends();
        var receive = awaitAsleep(Task.start(kind, () -> ends.receiver().receive()));

        // when
        ends.receiver().close();

        // then
        assertThat(receive.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    default void closedEndsRefuseEveryCall() throws Exception {
        // given
        var ends = messages().ends();

        // when
        ends.sender().close();
        ends.receiver().close();

        // then
        assertThat(ends.sender().isOpen()).isFalse();
        assertThat(ends.receiver().isOpen()).isFalse();
        assertThatThrownBy(() -> ends.sender().send(new byte[1])).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends.sender().send(ByteBuffer.allocate(1), LONG))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends.sender().trySend(ByteBuffer.allocate(1)))
                .isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends.receiver().receive()).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends.receiver().receive(LONG)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends.receiver().tryReceive()).isExactlyInstanceOf(ClosedChannelException.class);
        ends.sender().close();
        ends.receiver().close();
    }
}
