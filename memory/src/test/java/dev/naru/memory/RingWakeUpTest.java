package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader that another thread wakes goes on as if its time were over, and misses nothing. */
@ExtendWith(NoLeaks.class)
class RingWakeUpTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void itEndsOneWaitAndNoMessageIsMissed(ThreadKind kind) throws Exception {
        try (Ring ring = Ring.anonymous("wake", RingSpec.oneToOne(1 << 16));
                RingReader reader = ring.reader(Waiting.park());
                RingWriter writer = ring.writer()) {
            // one that sleeps
            Task<Boolean> sleeps = Task.start(kind, () -> reader.await(LONG));
            sleeps.awaitInFutex();
            reader.wakeUp();
            assertThat(sleeps.result()).isFalse();
            // the next one, when nobody sleeps
            reader.wakeUp();
            assertThat(Task.start(kind, () -> reader.await(LONG)).result()).isFalse();
            // and none after that
            Task<Boolean> waits = Task.start(kind, () -> reader.await(LONG));
            waits.awaitInFutex();
            assertThat(writer.trySend(ByteBuffer.wrap(new byte[] {7}))).isTrue();
            assertThat(waits.result()).isTrue();
            assertThat(reader.tryReceive()).hasValue(new byte[] {7});
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void itComesAtAnyMoment(ThreadKind kind) throws Exception {
        try (Ring ring = Ring.anonymous("wake", RingSpec.oneToOne(1 << 16));
                RingReader reader = ring.reader(Waiting.park())) {
            for (int round = 0; round < 500; round++) {
                Task<Boolean> waits = Task.start(kind, () -> reader.await(LONG));
                reader.wakeUp();
                assertThat(waits.result()).isFalse();
            }
        }
    }
}
