package dev.naru.channels.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading with a time, and without waiting: nothing yet is 0, never an exception. */
interface TimedReadContract extends Contract {
    /** Long enough that a thread can be seen to wait; the answer is what is tested, not how long it took. */
    Duration SHORT = Duration.ofMillis(5);

    /** Longer than any test. */
    Duration LONG = Duration.ofHours(1);

    /** Times that do not wait: over already, or as far back as a time can lie. */
    static Stream<Duration> over() {
        return Stream.of(
                Duration.ZERO,
                Duration.ofNanos(-1),
                Duration.ofNanos(Long.MIN_VALUE),
                Duration.ofSeconds(Long.MIN_VALUE));
    }

    @ParameterizedTest
    @EnumSource
    default void aTimedReadAnswersZeroWhenNothingComes(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();

        // when
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), SHORT));

        // then
        assertThat(read.result()).isZero();
        assertThat(in.channel().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    default void aTimedReadAnswersWhatIsThere(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 3 1");

        // when
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), LONG));

        // then
        assertThat(read.result()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    default void aTimedReadGetsWhatComesInTime(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), LONG))
                .awaitPolling();

        // when
        in.peer().ask("write 3 1");

        // then
        assertThat(read.result()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    default void aTimeBeyondAllClocksWaitsForWhatComes(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), forEver))
                .awaitPolling();

        // when
        in.peer().ask("write 3 1");

        // then
        assertThat(read.result()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    default void aTimeThatIsOverDoesNotWait(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();

        for (Duration time : over().toList()) {
            // when
            var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), time));

            // then
            assertThat(read.result()).as("with %s", time).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void aTimeThatIsOverStillGivesWhatIsThere(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 40 1");

        for (Duration time : over().toList()) {
            // when
            var read = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), time));

            // then
            assertThat(read.result()).as("with %s", time).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void tryReadAnswersZeroWhenNothingIsThere(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();

        // when
        var read = Task.start(kind, () -> in.channel().tryRead(ByteBuffer.allocate(10)));

        // then
        assertThat(read.result()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    default void tryReadAnswersWhatIsThere(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        in.peer().ask("write 3 1");

        // when
        var read = Task.start(kind, () -> in.channel().tryRead(ByteBuffer.allocate(10)));

        // then
        assertThat(read.result()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    default void tryReadDoesNotHeedAnInterrupt(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();

        // when
        var read = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return in.channel().tryRead(ByteBuffer.allocate(10));
        });

        // then
        assertThat(read.result()).isZero();
        assertThat(read.interruptedAtEnd()).isTrue();
        assertThat(in.channel().isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    default void whileAnotherThreadReadsTheTimedAndTryFormsAnswerZero(ThreadKind kind) throws Exception {
        // given
        var in = fixture().inbound();
        var other = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10)))
                .awaitPolling();

        // when
        var timed = Task.start(kind, () -> in.channel().read(ByteBuffer.allocate(10), SHORT));
        var tried = Task.start(kind, () -> in.channel().tryRead(ByteBuffer.allocate(10)));

        // then
        assertThat(timed.result()).isZero();
        assertThat(tried.result()).isZero();
        in.peer().ask("write 3 1");
        assertThat(other.result()).isEqualTo(3);
    }
}
