package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Limits;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.Problem;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Garbage;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Semaphores;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Semaphores of every kind: permits, waits and their ends, removal, limits, other users. */
@ExtendWith(NoLeaks.class)
class SemaphoreTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int OWNER_ONLY = 0600;

    @RegisterExtension
    final Semaphores semaphores = new Semaphores();

    /** How a semaphore of that kind is made. */
    enum Kind {
        POSIX,
        SYSTEM_V,
        SYSTEM_V_WITH_UNDO
    }

    private SharedSemaphore made(Kind kind, int value) throws Exception {
        return switch (kind) {
            case POSIX -> NamedSemaphore.create(semaphores.name(), value);
            case SYSTEM_V -> SemaphoreSet.create(semaphores.key(), 9, value).semaphore(1);
            case SYSTEM_V_WITH_UNDO ->
                SemaphoreSet.create(semaphores.key(), 9, value).semaphoreWithUndo(1);
        };
    }

    private static <T> Task<T> awaitAsleep(Task<T> task) {
        return task.awaitInCall(Call.FUTEX, Call.SEMOP);
    }

    private static void assertProblem(Problem problem, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    @ParameterizedTest
    @EnumSource
    void permitsAreTakenAndGiven(Kind kind) throws Exception {
        try (SharedSemaphore semaphore = made(kind, 2)) {
            semaphore.acquire();
            assertThat(semaphore.value()).isEqualTo(1);
            assertThat(semaphore.tryAcquire()).isTrue();
            assertThat(semaphore.tryAcquire()).isFalse();
            assertThat(semaphore.acquire(SHORT)).isFalse();
            assertThat(semaphore.acquire(Duration.ofNanos(-1))).isFalse();
            assertThat(semaphore.value()).isZero();
            semaphore.release();
            assertThat(semaphore.acquire(LONG)).isTrue();
            semaphore.release();
            semaphore.release();
            semaphore.release();
            assertThat(semaphore.value()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSectionGivesItsPermitBackWhateverHappens(Kind kind) throws Exception {
        try (SharedSemaphore semaphore = made(kind, 1)) {
            semaphore.run(() -> assertThat(semaphore.value()).isZero());
            assertThatThrownBy(() -> semaphore.run(() -> {
                        throw new IllegalStateException("in the section");
                    }))
                    .hasMessage("in the section");
            assertThat(semaphore.value()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POSIX,PLATFORM",
        "POSIX,VIRTUAL",
        "SYSTEM_V,PLATFORM",
        "SYSTEM_V,VIRTUAL",
        "SYSTEM_V_WITH_UNDO,PLATFORM",
        "SYSTEM_V_WITH_UNDO,VIRTUAL"
    })
    void aWaitEndsByAReleaseAnInterruptOrAClose(Kind kind, ThreadKind thread) throws Exception {
        SharedSemaphore semaphore = made(kind, 0);
        // a release
        var acquires = awaitAsleep(Task.start(thread, () -> {
            semaphore.acquire();
            return true;
        }));
        semaphore.release();
        assertThat(acquires.result()).isTrue();

        // an interrupt, after which it can be used
        var interrupted = awaitAsleep(Task.start(thread, () -> semaphore.acquire(LONG)));
        interrupted.interrupt();
        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        assertThat(interrupted.interruptedAtEnd()).isFalse();
        semaphore.release();
        assertThat(semaphore.tryAcquire()).isTrue();

        // a close
        var closed = awaitAsleep(Task.start(thread, () -> semaphore.acquire(LONG)));
        semaphore.close();
        assertThat(closed.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(semaphore.isOpen()).isFalse();
        assertThatThrownBy(semaphore::acquire).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(semaphore::tryAcquire).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(semaphore::release).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(semaphore::value).isExactlyInstanceOf(ClosedChannelException.class);
        semaphore.close();
    }

    @ParameterizedTest
    @EnumSource
    void removalOfASetEndsItsWaits(ThreadKind thread) throws Exception {
        int key = semaphores.key();
        SemaphoreSet set = SemaphoreSet.create(key, 0);
        SharedSemaphore semaphore = set.semaphore(0);
        var acquires = Task.start(thread, () -> semaphore.acquire(LONG)).awaitInCall(Call.SEMOP);

        var _ = Foreign.output("ipcrm", "-s", Integer.toString(set.id()));

        assertThat(acquires.failure())
                .isInstanceOfSatisfying(
                        ErrnoException.class, gone -> assertThat(gone.problem()).isEqualTo(Problem.SEMAPHORE_REMOVED));
        assertProblem(Problem.SEMAPHORE_REMOVED, semaphore::release);
        assertProblem(Problem.SEMAPHORE_REMOVED, semaphore::value);
        assertProblem(Problem.SEMAPHORE_REMOVED, set::stat);
        assertProblem(Problem.NO_SEMAPHORE, () -> SemaphoreSet.open(key));
    }

    @Test
    void whoHasANamedOneOpenKeepsItWhenItIsRemoved() throws Exception {
        String name = semaphores.name();
        try (NamedSemaphore semaphore = NamedSemaphore.create(name, 1)) {
            NamedSemaphore.remove(name);
            semaphore.acquire();
            semaphore.release();
            assertProblem(Problem.NO_SEMAPHORE, () -> NamedSemaphore.open(name));
            assertProblem(Problem.NO_SEMAPHORE, () -> NamedSemaphore.remove(name));
        }
    }

    @Test
    void theModeIsExactAndCreateRefusesOneThatIsThere() throws Exception {
        String name = semaphores.name();
        NamedSemaphore.create(name, 1, 0666).close();
        assertThat(FileStatus.ofLink(PosixSemaphore.file(name)).mode()).isEqualTo(0666);
        assertProblem(Problem.EXISTS, () -> NamedSemaphore.create(name, 1));
        try (NamedSemaphore again = NamedSemaphore.openOrCreate(name, 5)) {
            assertThat(again.value()).isEqualTo(1);
        }

        int key = semaphores.key();
        SemaphoreSet set = SemaphoreSet.create(new Address.SystemVSemaphores(new SystemV.Key(key)), 0640, 1, 2);
        assertThat(set.stat().mode()).isEqualTo(0640);
        assertProblem(Problem.EXISTS, () -> SemaphoreSet.create(key, 1));
        assertProblem(
                Problem.OTHER_SEMAPHORES,
                () -> SemaphoreSet.openOrCreate(new Address.SystemVSemaphores(new SystemV.Key(key)), OWNER_ONLY, 1));
        assertThat(SemaphoreSet.open(key).id()).isEqualTo(set.id());
    }

    @Test
    void severalOperationsAreDoneAtOnceOrNotAtAll() throws Exception {
        try (SemaphoreSet set = SemaphoreSet.create(semaphores.key(), 1, 0, 4)) {
            assertThat(set.tryOperate(SemaphoreOperation.acquire(0, 1), SemaphoreOperation.acquire(1, 1)))
                    .isFalse();
            assertThat(set.stat(0).value()).isEqualTo(1);
            assertThat(set.operate(SHORT, SemaphoreOperation.acquire(2, 5), SemaphoreOperation.release(1, 1)))
                    .isFalse();
            set.operate(SemaphoreOperation.acquire(0, 1), SemaphoreOperation.release(1, 3));
            assertThat(set.stat(1).value()).isEqualTo(3);
            var zero = Task.start(ThreadKind.VIRTUAL, () -> set.operate(LONG, SemaphoreOperation.awaitZero(2)));
            set.setValue(2, 0);
            assertThat(zero.result()).isTrue();
            assertThat(set.stat(2).lastUser())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
    }

    @Test
    void eachLimitIsNamed() throws Exception {
        SemaphoreSet set = SemaphoreSet.create(semaphores.key(), 32_767);
        assertThatThrownBy(() -> set.semaphore(0).release())
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        beyond -> assertThat(beyond.problem()).isEqualTo(Problem.SEMAPHORE_VALUE))
                .hasMessageContaining("32767");
        try (NamedSemaphore named = NamedSemaphore.create(semaphores.name(), Integer.MAX_VALUE)) {
            assertThatThrownBy(named::release)
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("2147483647");
        }
        String limits = Limits.kernel("kernel/sem");
        int[] numbers = List.of(limits.split("=", 2)[1].trim().split("\\s+", -1)).stream()
                .mapToInt(Integer::parseInt)
                .toArray();
        assertThatThrownBy(() -> SemaphoreSet.createPrivate(OWNER_ONLY, new int[numbers[0] + 1]))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining(limits);
        SemaphoreOperation[] many = new SemaphoreOperation[numbers[2] + 1];
        Arrays.fill(many, SemaphoreOperation.awaitZero(0));
        assertThatThrownBy(() -> set.tryOperate(many))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        beyond -> assertThat(beyond.problem()).isEqualTo(Problem.SEMAPHORE_OPERATIONS))
                .hasMessageContaining(limits);
        assertThatThrownBy(() -> set.semaphore(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NamedSemaphore.create("/x", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSetOfMoreThanOneCallOperatesOnIsBornWhole() throws Exception {
        int[] values = new int[600]; // kernel.sem allows 500 operations a call as a rule
        Arrays.fill(values, 3);
        try (SemaphoreSet set = SemaphoreSet.create(semaphores.key(), values)) {
            assertThat(set.count()).isEqualTo(600);
            assertThat(set.stat(599).value()).isEqualTo(3);
            assertThat(set.stat().mode()).isEqualTo(OWNER_ONLY);
        }
    }

    @Test
    void anotherUserMayNot() throws Exception {
        SemaphoreSet set = SemaphoreSet.create(semaphores.key(), 1);
        String name = semaphores.name();
        NamedSemaphore.create(name, 1).close();
        try (Perl perl = Perl.startAsNobody()) {
            assertThat(perl.ask("semop(" + set.id() + ", pack('s!3', 0, -1, 0)) ? 'done' : \"$!\""))
                    .isEqualTo("Permission denied");
        }
        String said = Foreign.output(
                JavaProgram.asNobody(List.of("sh", "-c", "cat /dev/shm/sem." + name.substring(1) + " || true")));
        assertThat(said).contains("Permission denied");
        assertThat(SystemVSemaphores.list()).contains(set.stat());
    }

    @ParameterizedTest
    @EnumSource
    void acquireAndReleaseMakeNoGarbage(Kind kind) throws Exception {
        try (SharedSemaphore semaphore = made(kind, 1)) {
            double bytes = Garbage.fewestBytes(() -> {
                semaphore.acquire();
                semaphore.release();
            });
            assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
        }
    }
}
