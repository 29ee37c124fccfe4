package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.internal.ReadWriteLockLayout;
import dev.naru.memory.testing.SyncFarSide;
import dev.naru.memory.testing.Talk;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the read-write lock promises, between handles as between processes, and when processes are killed or stopped. */
@ExtendWith(NoLeaks.class)
class SharedReadWriteLockTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("rwlock");
    }

    private Talk far(String verb) throws Exception {
        return Talk.start(SyncFarSide.command(verb, file()));
    }

    @Test
    void manyReadOrOneWrites() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            // when
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);

            // then
            assertThat(other.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            assertThat(lock.readers()).hasSize(2).allMatch(Identity::alive);
            lock.unlock();
            assertThat(lock.tryLockWrite()).isEqualTo(LockOutcome.HELD);
            assertThat(lock.lockWrite(SHORT)).isEqualTo(LockOutcome.TIMED_OUT);
            other.unlock();
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);
            assertThat(lock.writer().alive()).isTrue();
            assertThat(other.tryLockRead()).isEqualTo(LockOutcome.HELD);
            assertThat(other.lockRead(SHORT)).isEqualTo(LockOutcome.TIMED_OUT);
            assertThat(other.tryLockWrite()).isEqualTo(LockOutcome.HELD);
            lock.unlock();
            assertThat(other.tryLockRead()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLastReaderWakesTheWriter(ThreadKind kind) throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            var writer = Task.start(kind, () -> {
                        LockOutcome outcome = other.lockWrite();
                        other.unlock();
                        return outcome;
                    })
                    .awaitInFutex();
            assertThat(lock.tryLockRead()).as("a writer that waits goes first").isEqualTo(LockOutcome.HELD);

            // when
            lock.unlock();

            // then
            assertThat(writer.result()).isEqualTo(LockOutcome.ACQUIRED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWriterWakesTheReaders(ThreadKind kind) throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);
            List<Task<LockOutcome>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Task<LockOutcome> reader = Task.start(kind, () -> {
                    LockOutcome outcome = other.lockRead();
                    other.unlock();
                    return outcome;
                });
                readers.add(i == 0 ? reader.awaitInFutex() : reader.awaitWaitingIn("dev.naru.memory.SharedLock"));
            }

            // when
            lock.unlock();

            // then
            for (Task<LockOutcome> reader : readers) {
                assertThat(reader.result()).isEqualTo(LockOutcome.ACQUIRED);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsEachWaitAndTheLockStaysUsable(ThreadKind kind) throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            var writer = Task.start(kind, () -> other.lockWrite(LONG)).awaitInFutex();
            writer.interrupt();
            assertThat(writer.failure()).isInstanceOf(InterruptedException.class);
            assertThat(other.tryLockRead()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
            lock.unlock();
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);
            var reader = Task.start(kind, () -> other.lockRead(LONG)).awaitInFutex();

            // when
            reader.interrupt();

            // then
            assertThat(reader.failure()).isInstanceOf(InterruptedException.class);
            lock.unlock();
            assertThat(other.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);
            other.unlock();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsEachWait(ThreadKind kind) throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file())) {
            SharedReadWriteLock other = SharedReadWriteLock.open(file());
            SharedReadWriteLock third = SharedReadWriteLock.open(file());
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            var writer = Task.start(kind, () -> other.lockWrite()).awaitInFutex();
            var reader = Task.start(kind, () -> {
                        LockOutcome outcome = third.lockRead();
                        third.unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            other.close();

            // then
            assertThat(writer.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThat(reader.result()).isEqualTo(LockOutcome.ACQUIRED);
            assertThatThrownBy(other::lockRead).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(other::tryLockWrite).isExactlyInstanceOf(ClosedChannelException.class);
            lock.unlock();
            third.close();
        }
    }

    @Test
    void whoHasItKeepsItWhenItIsClosed() throws Exception {
        // given
        try (SharedReadWriteLock other = SharedReadWriteLock.create(file())) {
            for (boolean reads : new boolean[] {true, false}) {
                SharedReadWriteLock lock = SharedReadWriteLock.open(file());
                assertThat(reads ? lock.lockRead() : lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);

                // when
                lock.close();

                // then
                assertThat(other.tryLockWrite()).isEqualTo(LockOutcome.HELD);
                lock.unlock();
                assertThat(other.tryLockWrite()).isEqualTo(LockOutcome.ACQUIRED);
                other.unlock();
            }
        }
    }

    @Test
    void aReaderRepairsAloneAfterADirtyUnlock() throws Exception {
        // given
        List<String> done = new ArrayList<>();
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            assertThatThrownBy(() -> lock.write(
                            () -> {
                                throw new IllegalArgumentException("half");
                            },
                            () -> done.add("repaired")))
                    .hasMessage("half");

            // when
            assertThat(other.lockRead()).isEqualTo(LockOutcome.OWNER_DIED);

            // then
            assertThat(lock.tryLockRead()).as("it is alone").isEqualTo(LockOutcome.HELD);
            other.unlockDirty();
            lock.read(() -> done.add("read"), () -> done.add("repaired"));
            lock.read(() -> done.add("read"), () -> done.add("repaired"));
        }
        assertThat(done).containsExactly("repaired", "read", "read");
    }

    @Test
    void aReaderThatWasKilledHoldsUpNobody() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                Talk reader = far("read")) {
            assertThat(reader.line()).isEqualTo("ACQUIRED");
            assertThat(lock.tryLockWrite()).isEqualTo(LockOutcome.HELD);
            var writer = Task.start(ThreadKind.PLATFORM, () -> {
                        LockOutcome outcome = lock.lockWrite();
                        lock.unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            reader.kill();

            // then
            assertThat(writer.result()).isEqualTo(LockOutcome.ACQUIRED);
            assertThat(lock.readers()).isEmpty();
        }
    }

    @Test
    void whoComesAfterAWriterThatWasKilledIsTold() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file())) {
            try (Talk writer = far("write")) {
                assertThat(writer.line()).isEqualTo("writes");
                assertThat(writer.line()).isEqualTo("ACQUIRED");

                // when
                writer.kill();
            }

            // then
            try (Talk reader = far("read")) {
                assertThat(reader.line()).isEqualTo("OWNER_DIED");
                assertThat(lock.tryLockRead()).isEqualTo(LockOutcome.HELD);
                reader.kill(); // in its repair
            }
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.OWNER_DIED);
            lock.unlock();
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void aWriterThatIsKilledWhileItWaitsForReadersLetsThemGoOn() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            try (Talk writer = far("write")) {
                assertThat(writer.line()).isEqualTo("writes");
                Await.until("it waits for the reader", () -> other.writer().id() != 0);

                // when
                writer.kill();
            }

            // then: a reader that comes repairs, if there is anything to, when the others have left
            assertThat(other.lockRead(SHORT)).isEqualTo(LockOutcome.TIMED_OUT);
            lock.unlock();
            assertThat(other.lockRead()).as("and who gave up has told the next").isEqualTo(LockOutcome.OWNER_DIED);
            other.unlock();
        }
    }

    @Test
    void aStoppedReaderIsNeverRobbed() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                Talk reader = far("read")) {
            assertThat(reader.line()).isEqualTo("ACQUIRED");

            // when
            Foreign.signal("STOP", reader.pid());

            // then
            assertThat(lock.lockWrite(Duration.ofMillis(50))).isEqualTo(LockOutcome.TIMED_OUT);
            assertThat(lock.tryLockRead()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    @Test
    void itIsNotReentrantAndOnlyWhoHasItUnlocksIt() throws Exception {
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file())) {
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            assertThatThrownBy(lock::lockWrite).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(lock::unlockDirty).isInstanceOf(IllegalMonitorStateException.class);
            var stranger = Task.start(ThreadKind.PLATFORM, () -> {
                lock.unlock();
                return null;
            });
            assertThat(stranger.failure()).isInstanceOf(IllegalMonitorStateException.class);
            lock.unlock();
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);
            assertThatThrownBy(lock::lockRead).isInstanceOf(IllegalStateException.class);
            lock.unlock();
        }
    }

    @Test
    void oneReaderMoreThanThereAreRowsIsAnError() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file())) {
            CountDownLatch end = new CountDownLatch(1);
            List<Task<LockOutcome>> readers = new ArrayList<>();
            for (int i = 0; i < ReadWriteLockLayout.ROWS; i++) {
                readers.add(Task.start(ThreadKind.VIRTUAL, () -> {
                    LockOutcome outcome = lock.lockRead();
                    end.await();
                    lock.unlock();
                    return outcome;
                }));
            }
            Await.until("all read", () -> lock.readers().size() == ReadWriteLockLayout.ROWS);

            // when, then
            assertThatThrownBy(lock::lockRead).isInstanceOfSatisfying(ErrnoException.class, full -> {
                assertThat(full.problem()).isEqualTo(Problem.PLACES_TAKEN);
                assertThat(full.limit()).contains("256");
            });
            assertThat(lock.tryLockWrite()).isEqualTo(LockOutcome.HELD);
            end.countDown();
            for (Task<LockOutcome> reader : readers) {
                assertThat(reader.result()).isEqualTo(LockOutcome.ACQUIRED);
            }
        }
    }

    @Test
    void nobodyReadsWhileSomebodyWrites() throws Exception {
        // given
        long[] pair = new long[2];
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                SharedReadWriteLock other = SharedReadWriteLock.open(file())) {
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                SharedReadWriteLock own = i % 2 == 0 ? lock : other;
                boolean writes = i < 2;
                tasks.add(Task.start(i % 3 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL, () -> {
                    boolean[] whole = {true};
                    for (int round = 0; round < 5_000; round++) {
                        if (writes) {
                            own.write(
                                    () -> {
                                        pair[0]++;
                                        pair[1]++;
                                    },
                                    () -> whole[0] = false);
                        } else {
                            own.read(() -> whole[0] &= pair[0] == pair[1], () -> whole[0] = false);
                        }
                    }
                    return whole[0];
                }));
            }

            // then
            for (Task<Boolean> task : tasks) {
                assertThat(task.result()).isTrue();
            }
        }
        assertThat(pair).containsExactly(10_000, 10_000);
    }

    @Test
    void itsStatShowsWhoReadsAndWrites() throws Exception {
        // given
        try (SharedReadWriteLock lock = SharedReadWriteLock.create(file());
                ReadWriteLockStat stat = ReadWriteLockStat.open(new Address.ReadWriteLock(file().toString()))) {
            assertThat(lock.lockRead()).isEqualTo(LockOutcome.ACQUIRED);
            assertThat(stat.read().readers()).hasSize(1).allMatch(Identity::alive);
            assertThat(stat.read().writer()).isEqualTo(Identity.NOBODY);
            lock.unlock();

            // when
            assertThat(lock.lockWrite()).isEqualTo(LockOutcome.ACQUIRED);

            // then
            assertThat(stat.read().readers()).isEmpty();
            assertThat(stat.read().writer().alive()).isTrue();
            lock.unlockDirty();
            assertThat(stat.read().dirty()).isTrue();
            assertThat(stat.read().waitedFor()).isFalse();
        }
    }

    @Test
    void aNameLiesInShmUnderItsKind() throws Exception {
        String name = "/naru-test-" + ProcessHandle.current().pid();
        Path shm = Path.of("/dev/shm/naru-rwlock." + name.substring(1));
        try {
            SharedReadWriteLock.create(name).close();
            assertThat(shm).exists();
            assertThatThrownBy(() -> SharedLock.open(shm)).isInstanceOf(ErrnoException.class);
        } finally {
            SharedReadWriteLock.remove(name);
        }
        assertThatThrownBy(() -> SharedReadWriteLock.open(name))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_SHARED_OBJECT));
    }
}
