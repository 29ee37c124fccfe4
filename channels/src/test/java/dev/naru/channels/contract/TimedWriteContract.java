package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing with a time, and without waiting: a full stream is 0 or fewer than were there, never an exception. */
interface TimedWriteContract extends Contract {
    @ParameterizedTest
    @EnumSource
    default void aTimedWriteAnswersZeroWhenTheStreamStaysFull(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());
        ByteBuffer source = ByteBuffer.allocate(10);

        // when
        var write = Task.start(kind, () -> out.channel().write(source, TimedReadContract.SHORT));

        // then
        assertThat(write.result()).isZero();
        assertThat(source.position()).isZero();
        assertThat(out.channel().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    default void aTimedWriteAnswersWhatWentInTimeAndGoesOnFromThere(ThreadKind kind) throws Exception {
        // given more than any stream takes at once
        var out = fixture().outbound();
        int size = 1 << 24;
        ByteBuffer source = ByteBuffer.wrap(Payload.bytes(3, size));

        // when
        int first = Task.start(kind, () -> out.channel().write(source, TimedReadContract.SHORT))
                .result();
        int position = source.position();
        out.peer().send("read-to-end");
        int second = Task.start(kind, () -> out.channel().write(source, TimedReadContract.LONG))
                .result();
        out.channel().close();

        // then
        assertThat(first).isPositive().isLessThan(size).isEqualTo(position);
        assertThat(first + second).isEqualTo(size);
        assertThat(out.peer().answer()).isEqualTo("end " + size + " " + Payload.sha256(3, size));
    }

    @ParameterizedTest
    @EnumSource
    default void aTimedWriteGoesOnWhenThePeerMakesRoomInTime(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int filled = Buffers.fill(out.channel());
        var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(100), TimedReadContract.LONG))
                .awaitPolling();

        // when
        out.peer().ask("read " + filled);

        // then
        assertThat(write.result()).isEqualTo(100);
    }

    @ParameterizedTest
    @EnumSource
    default void aTimeThatIsOverDoesNotWaitForRoom(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());

        for (Duration time : TimedReadContract.over().toList()) {
            // when
            var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1), time));

            // then
            assertThat(write.result()).as("with %s", time).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void aTimeThatIsOverStillWritesWhereThereIsRoom(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();

        for (Duration time : TimedReadContract.over().toList()) {
            // when
            var write = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(10), time));

            // then
            assertThat(write.result()).as("with %s", time).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void tryWriteAnswersZeroWhenTheStreamIsFull(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int _ = Buffers.fill(out.channel());

        // when
        var write = Task.start(kind, () -> out.channel().tryWrite(ByteBuffer.allocate(1)));

        // then
        assertThat(write.result()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void tryWriteWritesWhatGoesAtOnce(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int size = 1 << 24;
        ByteBuffer source = ByteBuffer.wrap(Payload.bytes(4, size));

        // when
        int went = Task.start(kind, () -> out.channel().tryWrite(source)).result();
        out.channel().close();

        // then
        assertThat(went).isPositive().isLessThan(size).isEqualTo(source.position());
        assertThat(out.peer().ask("read-to-end")).isEqualTo("end " + went + " " + Payload.sha256(4, went));
    }

    @ParameterizedTest
    @EnumSource
    default void tryWriteDoesNotHeedAnInterrupt(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();

        // when
        var write = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return out.channel().tryWrite(ByteBuffer.allocate(10)) + Buffers.fill(out.channel());
        });

        // then
        assertThat(write.result()).isGreaterThan(10);
        assertThat(write.interruptedAtEnd()).isTrue();
        assertThat(out.channel().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    default void whileAnotherThreadWritesTheTimedAndTryFormsAnswerZero(ThreadKind kind) throws Exception {
        // given
        var out = fixture().outbound();
        int filled = Buffers.fill(out.channel());
        var other = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(10)))
                .awaitPolling();

        // when
        var timed = Task.start(kind, () -> out.channel().write(ByteBuffer.allocate(1), TimedReadContract.SHORT));
        var tried = Task.start(kind, () -> out.channel().tryWrite(ByteBuffer.allocate(1)));

        // then
        assertThat(timed.result()).isZero();
        assertThat(tried.result()).isZero();
        out.peer().ask("read " + filled);
        assertThat(other.result()).isEqualTo(10);
    }
}
