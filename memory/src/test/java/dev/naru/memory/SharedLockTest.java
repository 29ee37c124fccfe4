package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the lock promises, seen within one process: two handles are two members, as two processes are. */
@ExtendWith(NoLeaks.class)
class SharedLockTest {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("lock");
    }

    @Test
    void oneAtATime() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            // when
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);

            // then
            assertThat(other.tryLock()).isEqualTo(LockOutcome.HELD);
            assertThat(other.lock(Duration.ofMillis(1))).isEqualTo(LockOutcome.TIMED_OUT);
            assertThat(other.holder().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(other.holder().alive()).isTrue();
            lock.unlock();
            assertThat(other.holder()).isEqualTo(Identity.NOBODY);
            assertThat(other.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUnlockWakesWhoWaits(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            var waiter = Task.start(kind, () -> {
                        LockOutcome outcome = other.lock();
                        other.unlock();
                        return outcome;
                    })
                    .awaitInFutex();
            assertThat(lock.isWaitedFor()).isTrue();

            // when
            lock.unlock();

            // then
            assertThat(waiter.result()).isEqualTo(LockOutcome.ACQUIRED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitAndTheLockStaysUsable(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file());
                SharedLock other = SharedLock.open(file())) {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            var waiter = Task.start(kind, () -> other.lock(LONG)).awaitInFutex();

            // when
            waiter.interrupt();

            // then
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            lock.unlock();
            assertThat(other.lock()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAllWaits(ThreadKind kind) throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            SharedLock other = SharedLock.open(file());
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            var first = Task.start(kind, () -> other.lock()).awaitInFutex();
            var second = Task.start(kind, () -> other.lock()).awaitWaitingIn("dev.naru.memory.SharedLock");

            // when
            other.close();

            // then
            assertThat(first.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(second.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThatThrownBy(other::lock).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(other::tryLock).isExactlyInstanceOf(ClosedChannelException.class);
            lock.unlock();
        }
    }

    @Test
    void anOwnerKeepsTheLockWhenItIsClosed() throws Exception {
        // given
        try (SharedLock other = SharedLock.openOrCreate(file())) {
            SharedLock lock = SharedLock.open(file());
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);

            // when
            lock.close();

            // then
            assertThat(other.tryLock()).isEqualTo(LockOutcome.HELD);
            lock.unlock();
            assertThat(other.tryLock()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
        }
    }

    @Test
    void theNextOneIsToldOfADirtyUnlock() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);

            // when
            lock.unlockDirty();

            // then
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlockDirty();
            assertThat(lock.lock()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void aSectionThatThrowsIsRepairedByTheNext() throws Exception {
        // given
        List<String> done = new ArrayList<>();
        try (SharedLock lock = SharedLock.create(file())) {
            // when
            assertThatThrownBy(() -> lock.run(
                            () -> {
                                throw new IllegalArgumentException("half");
                            },
                            () -> done.add("repaired")))
                    .hasMessage("half");
            lock.run(() -> done.add("section"), () -> done.add("repaired"));
            lock.run(() -> done.add("section"), () -> done.add("repaired"));
        }

        // then
        assertThat(done).containsExactly("repaired", "section", "section");
    }

    @Test
    void itIsNotReentrantAndOnlyItsOwnerUnlocksIt() throws Exception {
        // given
        try (SharedLock lock = SharedLock.create(file())) {
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);

            // when
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);

            // then
            assertThatThrownBy(lock::lock).isInstanceOf(IllegalStateException.class);
            assertThat(lock.tryLock()).isEqualTo(LockOutcome.HELD);
            var stranger = Task.start(ThreadKind.PLATFORM, () -> {
                lock.unlock();
                return null;
            });
            assertThat(stranger.failure()).isInstanceOf(IllegalMonitorStateException.class);
            lock.unlock();
        }
    }

    @Test
    void threadsOfOneHandleExcludeEachOther() throws Exception {
        // given
        int[] counter = new int[1];
        int threads = 8;
        int rounds = 5_000;
        try (SharedLock lock = SharedLock.create(file())) {
            // when
            List<Task<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(Task.start(i % 2 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL, () -> {
                    for (int round = 0; round < rounds; round++) {
                        lock.run(() -> counter[0]++, () -> {});
                    }
                    return null;
                }));
            }
            for (Task<Void> task : tasks) {
                assertThat(task.failure()).isNull();
            }
        }

        // then
        assertThat(counter[0]).isEqualTo(threads * rounds);
    }

    @Test
    void aThousandVirtualThreadsGetTheirTurn() throws Exception {
        // given
        int[] counter = new int[1];
        try (SharedLock lock = SharedLock.create(file())) {
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            List<Task<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                tasks.add(Task.start(ThreadKind.VIRTUAL, () -> {
                    lock.run(() -> counter[0]++, () -> {});
                    return null;
                }));
            }

            // when
            lock.unlock();

            // then
            for (Task<Void> task : tasks) {
                assertThat(task.failure()).isNull();
            }
        }
        assertThat(counter[0]).isEqualTo(1_000);
    }

    @Test
    void createAndOpenSayWhatIsThere() throws Exception {
        // given
        assertThatThrownBy(() -> SharedLock.open(file()))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_LOCK));

        // when
        SharedLock.create(file()).close();

        // then
        assertThatThrownBy(() -> SharedLock.create(file()))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.EXISTS));
        SharedLock.openOrCreate(file()).close();
        SharedLock.remove(file());
        assertThat(file()).doesNotExist();
    }

    @Test
    void aNameLiesInShmUnderItsKind() throws Exception {
        // given
        String name = "/naru-test-" + ProcessHandle.current().pid();
        Path shm = Path.of("/dev/shm/naru-lock." + name.substring(1));
        try {
            // when
            SharedLock.create(name).close();

            // then
            assertThat(shm).exists();
        } finally {
            SharedLock.remove(name);
        }
        assertThat(shm).doesNotExist();
    }
}
