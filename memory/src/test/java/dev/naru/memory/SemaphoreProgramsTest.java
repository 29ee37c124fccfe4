package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.linux.SystemVSemaphores;
import dev.naru.linux.testing.CProgram;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.SemaphoreProgram;
import dev.naru.memory.testing.Semaphores;
import dev.naru.memory.testing.Talk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Semaphores between processes: C, perl and util-linux on the other side, and sides that are killed. */
@ExtendWith(NoLeaks.class)
class SemaphoreProgramsTest {
    @RegisterExtension
    final Semaphores semaphores = new Semaphores();

    @TempDir
    Path folder;

    @Test
    void aProgramInCHasTheSameSemaphore() throws Exception {
        String name = semaphores.name();
        try (NamedSemaphore semaphore = NamedSemaphore.create(name, 1);
                CProgram far = CProgram.start(SemaphoreProgramsTest.class, "sem.c", folder, name)) {
            // each sees what the other did
            semaphore.acquire();
            assertThat(far.ask("value")).isEqualTo("0");
            assertThat(far.ask("try")).isEqualTo("busy");
            assertThat(far.ask("post")).isEqualTo("ok");
            assertThat(semaphore.value()).isEqualTo(1);
            assertThat(far.ask("wait")).isEqualTo("ok");
            assertThat(semaphore.tryAcquire()).isFalse();

            // each wakes the other
            var _ = far.tell("wait").awaitBlockedIn(Call.FUTEX);
            semaphore.release();
            assertThat(far.answer()).isEqualTo("ok");
            for (ThreadKind kind : ThreadKind.values()) {
                var acquires = Task.start(kind, () -> {
                            semaphore.acquire();
                            return true;
                        })
                        .awaitInCall(Call.FUTEX);
                assertThat(far.ask("post")).isEqualTo("ok");
                assertThat(acquires.result()).isTrue();
            }

            // and so do two that wait at once
            var _ = far.tell("wait").awaitBlockedIn(Call.FUTEX);
            var waits = Task.start(ThreadKind.PLATFORM, () -> {
                        semaphore.acquire();
                        return true;
                    })
                    .awaitInCall(Call.FUTEX);
            semaphore.release();
            semaphore.release();
            assertThat(far.answer()).isEqualTo("ok");
            assertThat(waits.result()).isTrue();
            assertThat(semaphore.value()).isZero();
        }
    }

    @Test
    void perlOperatesOnTheSameSet() throws Exception {
        int key = semaphores.key();
        SemaphoreSet set = SemaphoreSet.create(key, 1, 0);
        try (Perl perl = Perl.start()) {
            assertThat(perl.ask("$id = semget(" + key + ", 0, 0)")).isEqualTo(Integer.toString(set.id()));
            assertThat(perl.ask("semctl($id, 0, GETVAL, 0)")).isEqualTo("1");
            set.semaphore(0).acquire();
            var _ = perl.tell("semop($id, pack('s!3', 0, -1, 0))").awaitBlockedIn(Call.SEMOP);
            assertThat(set.stat(0).waiting()).isEqualTo(1);
            set.semaphore(0).release();
            assertThat(perl.answer()).isEqualTo("1");
            assertThat(set.stat(0).lastUser()).isEqualTo((int) perl.pid());
        }
    }

    @Test
    void ipcsTellsWhatWeTellAndWhatIpcmkMakesWeUse() throws Exception {
        Matcher made = Pattern.compile("\\d+").matcher(Foreign.output("ipcmk", "-S", "2"));
        assertThat(made.find()).isTrue();
        int id = semaphores.removing(Integer.parseInt(made.group()));
        SemaphoreSet set = SemaphoreSet.open(new Address.SystemVSemaphores(new SystemV.Id(id)));
        set.setValue(1, 5);
        assertThat(set.count()).isEqualTo(2);
        assertThat(Foreign.output("ipcs", "-s")).containsPattern("0x[0-9a-f]{8} +" + id + " +\\S+ +644 +2");
        assertThat(Foreign.output("ipcs", "-s", "-i", Integer.toString(id)))
                .containsPattern("(?m)^1 +5 +0 +0 +" + ProcessHandle.current().pid());
        var _ = Foreign.output("ipcrm", "-s", Integer.toString(id));
        assertThat(SystemVSemaphores.list()).noneMatch(each -> each.id() == id);
    }

    @Test
    void theKernelGivesBackWhatAKilledHolderHadWithUndo() throws Exception {
        // given a holder in another process
        String address = "sem:0x" + Integer.toHexString(semaphores.key());
        try (SharedSemaphore mutex = SharedSemaphore.openOrCreate((Address.Semaphore) Address.parse(address), 1, 0600);
                Talk holder = Talk.start(SemaphoreProgram.program().command("hold", address))) {
            assertThat(holder.line()).isEqualTo("holds");
            assertThat(mutex.tryAcquire()).isFalse();
            var acquires = Task.start(ThreadKind.PLATFORM, () -> {
                        mutex.acquire();
                        return true;
                    })
                    .awaitInCall(Call.SEMOP);

            // when
            holder.kill();

            // then
            assertThat(acquires.result()).isTrue();
        }
    }

    @Test
    void withoutUndoAPermitIsLostWithItsHolder() throws Exception {
        SemaphoreSet set = SemaphoreSet.create(semaphores.key(), 1);
        try (Perl perl = Perl.start()) {
            assertThat(perl.ask("semop(" + set.id() + ", pack('s!3', 0, -1, 0))"))
                    .isEqualTo("1");
            perl.kill();
            assertThat(set.semaphore(0).tryAcquire()).isFalse();
        }
        String name = semaphores.name();
        try (NamedSemaphore named = NamedSemaphore.create(name, 1);
                Talk holder = Talk.start(SemaphoreProgram.program().command("hold", "sem:" + name))) {
            assertThat(holder.line()).isEqualTo("holds");
            holder.kill();
            assertThat(named.value()).isZero();
        }
    }

    @Test
    void oneThatIsKilledWhileItWaitsTakesNothing() throws Exception {
        String name = semaphores.name();
        try (NamedSemaphore semaphore = NamedSemaphore.create(name, 0);
                CProgram far = CProgram.start(SemaphoreProgramsTest.class, "sem.c", folder, name)) {
            var _ = far.tell("wait").awaitBlockedIn(Call.FUTEX);
            far.kill();
            semaphore.release();
            assertThat(semaphore.tryAcquire()).isTrue();

            // and it still wakes whoever comes
            var acquires = Task.start(ThreadKind.PLATFORM, () -> {
                        semaphore.acquire();
                        return true;
                    })
                    .awaitInCall(Call.FUTEX);
            semaphore.release();
            assertThat(acquires.result()).isTrue();
        }
    }

    @Test
    void aStoppedHolderKeepsItsPermit() throws Exception {
        String address = "sem:0x" + Integer.toHexString(semaphores.key());
        try (SharedSemaphore mutex = SharedSemaphore.openOrCreate((Address.Semaphore) Address.parse(address), 1, 0600);
                Talk holder = Talk.start(SemaphoreProgram.program().command("hold", address))) {
            assertThat(holder.line()).isEqualTo("holds");
            Foreign.signal("STOP", holder.pid());
            ProcessState.awaitState(holder.pid(), 'T');
            assertThat(mutex.tryAcquire()).isFalse();
            assertThat(mutex.value()).isZero();
        }
    }

    @Test
    void aSetWhoseMakerWasKilledBeforeItHadItsValuesIsMadeAnew() throws Exception {
        int key = semaphores.key();
        var address = new Address.SystemVSemaphores(new SystemV.Key(key));
        try (Perl perl = Perl.start()) {
            // given what a maker leaves between semget and semop
            assertThat(perl.ask("$id = semget(" + key + ", 1, IPC_CREAT | IPC_EXCL | 0200)"))
                    .isNotEmpty();
            String left = perl.ask("$id");

            // then it is not there for who opens, and made anew by who may
            assertThat(SystemVSemaphores.find(key)).hasValue(Integer.parseInt(left));
            assertThatThrownBy(() -> SemaphoreSet.open(key)).hasMessageContaining("there is no such semaphore");
            try (SemaphoreSet set = SemaphoreSet.openOrCreate(address, 0600, 3)) {
                assertThat(set.stat(0).value()).isEqualTo(3);
                assertThat(Integer.toString(set.id())).isNotEqualTo(left);
            }
        }
    }

    @Test
    void aSetWhoseMakerWasKilledBeforeItHadItsModeGetsIt() throws Exception {
        int key = semaphores.key();
        var address = new Address.SystemVSemaphores(new SystemV.Key(key));
        try (Perl perl = Perl.start()) {
            assertThat(perl.ask("$id = semget(" + key + ", 1, IPC_CREAT | IPC_EXCL | 0200)"))
                    .isNotEmpty();
            assertThat(perl.ask("semop($id, pack('s!3', 0, 2, 0))")).isEqualTo("1");
        }
        try (SemaphoreSet set = SemaphoreSet.openOrCreate(address, 0640, 7)) {
            assertThat(set.stat(0).value()).isEqualTo(2);
            assertThat(set.stat().mode()).isEqualTo(0640);
        }
    }

    @Test
    void ofManyThatMakeOneAtOnceAllHaveTheSameWithItsValue() throws Exception {
        for (String address : List.of("sem:" + semaphores.name(), "sem:0x" + Integer.toHexString(semaphores.key()))) {
            List<Talk> makers = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    makers.add(Talk.start(SemaphoreProgram.program().command("birth", address, "7")));
                }
                for (Talk each : makers) {
                    assertThat(each.line()).isEqualTo("ready");
                }
                for (Talk each : makers) {
                    var _ = each.say("go");
                }
                for (Talk each : makers) {
                    assertThat(each.line()).startsWith(address).endsWith(" 7");
                }
            } finally {
                for (Talk each : makers) {
                    each.close();
                }
            }
        }
    }
}
