package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Pipe;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A child from its start to its end: status, signals, and no zombie. */
@ExtendWith(NoLeaks.class)
class ChildProcessTest {
    private final List<ChildProcess> children = new ArrayList<>();

    private ChildProcess start(String... command) throws ErrnoException {
        ChildProcess child = new Spawn(List.of(command), System.getenv(), null, Map.of()).start();
        children.add(child);
        return child;
    }

    private ChildProcess sleeper() throws ErrnoException {
        return start("sleep", "3600");
    }

    @AfterEach
    void killAll() throws Exception {
        for (ChildProcess child : children) {
            boolean _ = child.kill();
            var _ = child.onExit().join();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 127, 255})
    void itsExitCodeIsTold(int code) throws Exception {
        // when
        ExitStatus status = start("sh", "-c", "exit " + code).waitFor();

        // then
        assertThat(status).isEqualTo(new ExitStatus.Exited(code));
        assertThat(status.isSuccess()).isEqualTo(code == 0);
        assertThat(status.shellCode()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"TERM, 15", "KILL, 9", "ABRT, 6", "SEGV, 11", "HUP, 1", "PIPE, 13"})
    void theSignalThatEndedItIsTold(String name, int number) throws Exception {
        // when
        ExitStatus status = start("sh", "-c", "kill -" + name + " $$").waitFor();

        // then
        assertThat(status).isEqualTo(new ExitStatus.Signalled(number));
        assertThat(status.isSuccess()).isFalse();
        assertThat(status.shellCode()).isEqualTo(128 + number);
    }

    @Test
    void noZombieStaysThoughNobodyAsks() throws Exception {
        // given
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            pids.add(
                    new Spawn(List.of("true"), Map.of(), null, Map.of()).start().pid());
        }

        // when, then
        pids.forEach(ProcessState::awaitGone);
    }

    @Test
    void aChildIsAliveUntilItEnds() throws Exception {
        // given
        ChildProcess child = sleeper();
        assertThat(child.isAlive()).isTrue();
        assertThat(child.onExit()).isNotDone();

        // when
        assertThat(child.kill()).isTrue();

        // then
        assertThat(child.waitFor()).isEqualTo(new ExitStatus.Signalled(9));
        assertThat(child.isAlive()).isFalse();
        assertThat(child.onExit()).isCompletedWithValue(new ExitStatus.Signalled(9));
    }

    @Test
    void aSignalToAChildThatHasEndedIsNotSent() throws Exception {
        // given
        ChildProcess child = start("true");
        assertThat(child.waitFor().isSuccess()).isTrue();

        // when, then
        assertThat(child.kill()).isFalse();
        assertThat(child.send(Signal.SIGTERM)).isFalse();
    }

    @Test
    void aSignalIsSentToTheChild() throws Exception {
        // given a child that says when it listens
        try (Pipe out = Pipe.create()) {
            ChildProcess child = new Spawn(
                            List.of("sh", "-c", "trap 'echo got; exit 7' USR1; echo up; while :; do sleep 0.01; done"),
                            System.getenv(),
                            null,
                            Map.of(1, out.writer()))
                    .start();
            children.add(child);
            try (var arena = Arena.ofConfined()) {
                assertThat(out.reader().read(arena.allocate(3), 3)).isEqualTo(3);
            }

            // when
            assertThat(child.send(Signal.SIGUSR1)).isTrue();

            // then
            assertThat(child.waitFor()).isEqualTo(new ExitStatus.Exited(7));
            assertThat(out.readToEnd()).isEqualTo("got\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimedWaitIsEmptyWhileItRuns(ThreadKind kind) throws Exception {
        // given
        ChildProcess child = sleeper();

        // when, then
        assertThat(Task.start(kind, () -> child.waitFor(Duration.ofMillis(1))).result())
                .isEmpty();
        assertThat(Task.start(kind, () -> child.waitFor(Duration.ZERO)).result())
                .isEmpty();
        assertThat(Task.start(kind, () -> child.waitFor(Duration.ofSeconds(Long.MIN_VALUE)))
                        .result())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aWaitEndsWhenTheChildDoes(ThreadKind kind) throws Exception {
        // given
        ChildProcess child = sleeper();
        var wait = Task.start(kind, () -> child.waitFor()).awaitWaitingIn(ChildProcess.class.getName());
        var timed =
                Task.start(kind, () -> child.waitFor(Duration.ofHours(1))).awaitWaitingIn(ChildProcess.class.getName());

        // when
        assertThat(child.send(Signal.SIGTERM)).isTrue();

        // then
        assertThat(wait.result()).isEqualTo(new ExitStatus.Signalled(15));
        assertThat(timed.result()).contains(new ExitStatus.Signalled(15));
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheWaitAndNotTheChild(ThreadKind kind) throws Exception {
        // given
        ChildProcess child = sleeper();
        var wait = Task.start(kind, () -> child.waitFor()).awaitWaitingIn(ChildProcess.class.getName());

        // when
        wait.interrupt();

        // then
        assertThat(wait.failure()).isInstanceOf(InterruptedException.class);
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    void aCallerThatCompletesItsFutureDeceivesNobodyElse() throws Exception {
        // given
        ChildProcess child = sleeper();

        // when
        assertThat(child.onExit().complete(new ExitStatus.Exited(0))).isTrue();

        // then
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    void manyChildrenFromManyThreadsEachHaveTheirOwnStatus() throws Exception {
        // given
        List<Task<ExitStatus>> tasks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int code = i;
            tasks.add(Task.start(
                    i % 2 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL,
                    () -> new Spawn(List.of("sh", "-c", "exit " + code), Map.of(), null, Map.of())
                            .start()
                            .waitFor()));
        }

        // when, then
        for (int i = 0; i < 100; i++) {
            assertThat(tasks.get(i).result()).isEqualTo(new ExitStatus.Exited(i));
        }
    }

    @Test
    void itShowsProgramAndPid() throws Exception {
        // given
        ChildProcess child = sleeper();

        // when, then
        assertThat(child).hasToString("sleep (pid " + child.pid() + ")");
        assertThat(ProcessHandle.of(child.pid()).orElseThrow().parent()).contains(ProcessHandle.current());
    }

    @Test
    void whatOthersHangOnItsEndDelaysNobodyWhoWaits() throws Exception {
        // given several, for a waiter of the same future would be taken for the second
        ChildProcess child = sleeper();
        CountDownLatch goOn = new CountDownLatch(1);
        List<CompletableFuture<Void>> hung = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            hung.add(child.onExit().thenAccept(_ -> awaitUninterruptibly(goOn)));
        }
        var wait = Task.start(ThreadKind.PLATFORM, () -> child.waitFor(Duration.ofHours(1)))
                .awaitWaitingIn(ChildProcess.class.getName());

        // when
        assertThat(child.kill()).isTrue();

        // then
        assertThat(wait.result()).contains(new ExitStatus.Signalled(9));
        assertThat(child.onExit()).isCompletedWithValue(new ExitStatus.Signalled(9));
        assertThat(hung).noneMatch(CompletableFuture::isDone);
        goOn.countDown();
        CompletableFuture.allOf(hung.toArray(CompletableFuture[]::new)).join();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException guard) {
            throw new AssertionError(guard);
        }
    }
}
