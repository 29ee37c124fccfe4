package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.internal.BlockingCall;
import dev.naru.linux.internal.Constants;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the caller hears of a call that was made for it in another thread. */
class BlockingCallTest {
    private static long run(LongSupplier call) throws InterruptedException {
        return BlockingCall.run(call, _ -> {}, Poller.NEVER);
    }

    @Test
    void theAnswerIsTheCalls() throws Exception {
        assertThat(run(() -> 7)).isEqualTo(7);
        assertThat(run(() -> -Constants.ENOENT)).isEqualTo(-Constants.ENOENT);
    }

    @Test
    void aSignalThatNobodyAskedForDoesNotEndIt() throws Exception {
        // given
        AtomicInteger calls = new AtomicInteger();

        // when
        long answer = run(() -> calls.incrementAndGet() < 3 ? -Constants.EINTR : 5);

        // then
        assertThat(answer).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class, AssertionError.class})
    void whatItThrowsReachesTheCaller(Class<? extends Throwable> thrown) {
        assertThatThrownBy(() -> run(() -> {
                    throw sneaky(thrown);
                }))
                .isInstanceOf(thrown);
    }

    private static RuntimeException sneaky(Class<? extends Throwable> type) {
        try {
            Throwable made = type.getDeclaredConstructor().newInstance();
            if (made instanceof Error error) {
                throw error;
            }
            return (RuntimeException) made;
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(type.getName(), impossible);
        }
    }

    @Test
    void noErrnoIsTakenForTheEndOfTheTimeOrForTheBound() throws Exception {
        for (Errno errno : Errno.values()) {
            long answer = errno == Errno.EINTR ? 0 : run(() -> -errno.number());
            assertThat(answer).isNotIn((long) BlockingCall.TIMED_OUT, (long) BlockingCall.TOO_MANY);
        }
    }
}
