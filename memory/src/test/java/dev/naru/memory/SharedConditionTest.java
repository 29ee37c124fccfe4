package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.SyncFarSide;
import dev.naru.memory.testing.Talk;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What waiting under a lock promises. */
@ExtendWith(NoLeaks.class)
class SharedConditionTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("lock");
    }

    private Talk far(String verb) throws Exception {
        return Talk.start(SyncFarSide.command(verb, file()));
    }

    private static ConditionOutcome awaitUnder(SharedLock lock, int number) throws Exception {
        assertThat(lock.lock().isTaken()).isTrue();
        try {
            return lock.condition(number).await();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until somebody waits for it, and has it locked then. */
    private static void lockAmongWaiters(SharedLock lock, int number) {
        Await.until("somebody waits for the condition", () -> {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            if (lock.condition(number).isWaitedFor()) {
                return true;
            }
            lock.unlock();
            return false;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aSignalEndsAWaitWithTheLockTakenAgain(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            var waiter = Task.start(kind, () -> awaitUnder(other, 3));
            lockAmongWaiters(lock, 3);

            // when
            lock.condition(3).signal();
            waiter.awaitInFutex(); // for the lock
            lock.unlock();

            // then
            assertThat(waiter.result()).isEqualTo(ConditionOutcome.SIGNALLED);
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void allWaitsEndBySignalAll(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            List<Task<ConditionOutcome>> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiters.add(Task.start(kind, () -> awaitUnder(other, 0)).awaitInFutex());
            }
            lockAmongWaiters(lock, 0);

            // when
            lock.condition(0).signalAll();
            lock.unlock();

            // then
            for (Task<ConditionOutcome> waiter : waiters) {
                assertThat(waiter.result()).isEqualTo(ConditionOutcome.SIGNALLED);
            }
        }
    }

    @Test
    void aWaitHasAnEndAndTheLockAfterIt() throws Exception {
        try (SharedLock lock = SharedLock.create(file())) {
            SharedCondition condition = lock.condition(0);
            assertThatThrownBy(condition::await).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signal).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signalAll).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(() -> lock.condition(8)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            assertThat(condition.await(SHORT)).isEqualTo(ConditionOutcome.TIMED_OUT);
            assertThat(lock.holder().id()).isPositive();
            lock.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitWithTheLockTakenAgain(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            var waiter = Task.start(kind, () -> {
                        assertThat(other.lock()).isEqualTo(LockOutcome.ACQUIRED);
                        try {
                            return other.condition(0).await(LONG);
                        } finally {
                            other.unlock(); // it throws when the lock is not held
                        }
                    })
                    .awaitInFutex();

            // when
            waiter.interrupt();

            // then
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAWait(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            SharedLock other = SharedLock.open(file());
            var waiter = Task.start(kind, () -> {
                        assertThat(other.lock()).isEqualTo(LockOutcome.ACQUIRED);
                        return other.condition(0).await();
                    })
                    .awaitInFutex();

            // when
            other.close();

            // then
            assertThat(waiter.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void aSignalOfAnotherProcessIsHeard() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk far = far("await-signal")) {
            assertThat(far.line()).isEqualTo("ACQUIRED");
            lockAmongWaiters(lock, 0);

            // when
            lock.condition(0).signal();
            lock.unlock();

            // then
            assertThat(far.line()).isEqualTo("SIGNALLED");
        }
    }

    @Test
    void whoWaitsIsToldWhenTheOwnerDiesBeforeItSignals() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            var waiter =
                    Task.start(ThreadKind.PLATFORM, () -> awaitUnder(lock, 0)).awaitInFutex();
            try (Talk far = far("signal")) {
                assertThat(far.line()).isEqualTo("ACQUIRED");

                // when
                far.kill();
            }

            // then
            assertThat(waiter.result()).isEqualTo(ConditionOutcome.OWNER_DIED);
        }
    }

    @Test
    void aSignalIsNotLostWithTheOneThatWasWoken() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                Talk first = far("await-signal");
                Talk second = far("await-signal")) {
            assertThat(first.line()).isEqualTo("ACQUIRED");
            assertThat(second.line()).isEqualTo("ACQUIRED");
            lockAmongWaiters(lock, 0);

            // when: the one that is woken, whichever it is, cannot act
            lock.condition(0).signal();
            first.kill();
            lock.unlock();

            // then
            assertThat(second.line()).isEqualTo("SIGNALLED");
        }
    }
}
