package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Members;
import dev.naru.memory.testing.Talk;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One sign of life for locks in other files. */
@ExtendWith(NoLeaks.class)
class MembershipTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("members");
    }

    @Test
    void eachOpeningHasAnIdOfItsOwnAsLongAsItIsOpen() throws Exception {
        try (Members first = Members.open(file())) {
            Members second = Members.open(file());
            long id = second.membership().id();
            assertThat(id).isNotEqualTo(first.membership().id());
            assertThat(first.membership().isAlive(id)).isTrue();

            // when
            second.close();

            // then
            assertThat(first.membership().isAlive(id)).isFalse();
            assertThat(first.membership().identity(id).alive()).isFalse();
        }
    }

    @Test
    void whatItsMakerPutThereIsFoundByAll() throws Exception {
        try (Members first = Members.open(file());
                Members second = Members.open(file())) {
            first.membership().own().set(ValueLayout.JAVA_LONG, 8, 7);

            assertThat(second.membership().own().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
            assertThat(second.membership().own().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
        }
    }

    @Test
    void whatIsNotThereHasTheNameThatItsUserGivesIt() {
        assertThatThrownBy(() -> Membership.open(file(), "a thing", Problem.NO_RING))
                .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.NO_RING);
                    assertThat(refused.target()).isEqualTo("a thing");
                });
    }

    @Test
    void aFileOfAnotherKindIsRefused() throws Exception {
        SharedLock.create(file()).close();

        assertThatThrownBy(() -> Membership.open(file(), "a thing", Problem.NOT_FOUND))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.WRONG_KIND));
    }

    @Test
    void aLockInAnotherFileIsTakenOverFromADeadMember() throws Exception {
        // given
        try (Members here = Members.open(file());
                Talk far = Talk.start(FarSide.command("hold-word", file()))) {
            assertThat(far.line()).startsWith("ACQUIRED as ");
            assertThat(here.lock().tryLock()).isEqualTo(LockOutcome.HELD);
            assertThat(here.lock().holder().pid()).isEqualTo((int) far.pid());
            var waiter = Task.start(ThreadKind.PLATFORM, () -> {
                        LockOutcome outcome = here.lock().lock();
                        here.lock().unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            far.kill();

            // then
            assertThat(waiter.result()).isEqualTo(LockOutcome.OWNER_DIED);
        }
    }

    @Test
    void theUnlockOfAnotherMemberWakesUs() throws Exception {
        // given
        try (Members here = Members.open(file());
                Talk far = Talk.start(FarSide.command("hold-word", file()))) {
            assertThat(far.line()).startsWith("ACQUIRED as ");
            var waiter = Task.start(ThreadKind.VIRTUAL, () -> {
                        LockOutcome outcome = here.lock().lock();
                        here.lock().unlock();
                        return outcome;
                    })
                    .awaitInFutex();

            // when
            far.goOn();

            // then
            assertThat(waiter.result()).isEqualTo(LockOutcome.ACQUIRED);
        }
    }

    @Test
    void closingTheLockEndsItsWaitsAndLeavesTheMembershipOpen() throws Exception {
        // given
        try (Members here = Members.open(file());
                Members other = Members.open(file())) {
            assertThat(other.lock().lock().isTaken()).isTrue();
            var waiter =
                    Task.start(ThreadKind.PLATFORM, () -> here.lock().lock()).awaitInFutex();

            // when
            here.lock().close();

            // then
            assertThat(waiter.failure()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(other.membership().isAlive(here.membership().id())).isTrue();
            other.lock().unlock();
        }
    }
}
