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
import dev.naru.memory.testing.SyncFarSide;
import dev.naru.memory.testing.Talk;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the barrier promises: parties are handles here as processes are, and processes where they are killed or stopped. */
@ExtendWith(NoLeaks.class)
class SharedBarrierTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("barrier");
    }

    private Talk far() throws Exception {
        Talk far = Talk.start(SyncFarSide.command("arrive", file()));
        assertThat(far.line()).isEqualTo("joined");
        return far;
    }

    @Test
    void nobodyPassesBeforeAllHaveArrived() throws Exception {
        // given
        try (SharedBarrier first = SharedBarrier.create(file(), 2)) {
            assertThat(first.tryAwait()).isEqualTo(BarrierOutcome.NOT_YET);
            assertThat(first.await(SHORT)).isEqualTo(BarrierOutcome.NOT_YET);
            try (SharedBarrier second = SharedBarrier.openOrCreate(file(), 2)) {
                assertThat(first.tryAwait()).isEqualTo(BarrierOutcome.NOT_YET);

                // when
                assertThat(second.await()).isEqualTo(BarrierOutcome.PASSED);

                // then
                assertThat(second.tryAwait()).isEqualTo(BarrierOutcome.NOT_YET);
                assertThat(first.tryAwait()).as("the phase it had arrived for").isEqualTo(BarrierOutcome.PASSED);
                assertThat(first.tryAwait()).isEqualTo(BarrierOutcome.PASSED);
                assertThat(second.tryAwait()).isEqualTo(BarrierOutcome.PASSED);
                assertThat(first.phase()).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyPartiesGoThroughManyPhasesTogether(ThreadKind kind) throws Exception {
        // given
        int parties = 4;
        int phases = 500;
        AtomicIntegerArray at = new AtomicIntegerArray(parties);
        List<Task<Boolean>> tasks = new ArrayList<>();
        List<SharedBarrier> barriers = new ArrayList<>();
        for (int party = 0; party < parties; party++) {
            barriers.add(SharedBarrier.openOrCreate(file(), parties));
        }

        // when
        for (int party = 0; party < parties; party++) {
            int own = party;
            tasks.add(Task.start(kind, () -> {
                boolean together = true;
                for (int phase = 1; phase <= phases; phase++) {
                    at.set(own, phase);
                    together &= barriers.get(own).await() == BarrierOutcome.PASSED;
                    for (int other = 0; other < parties; other++) {
                        together &= at.get(other) == phase || at.get(other) == phase + 1;
                    }
                }
                return together;
            }));
        }

        // then
        for (Task<Boolean> task : tasks) {
            assertThat(task.result()).isTrue();
        }
        for (SharedBarrier barrier : barriers) {
            barrier.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitAndTheNextGoesOn(ThreadKind kind) throws Exception {
        // given
        try (SharedBarrier barrier = SharedBarrier.create(file(), 2);
                SharedBarrier other = SharedBarrier.open(file())) {
            var waiter = Task.start(kind, () -> barrier.await(LONG)).awaitInFutex();

            // when
            waiter.interrupt();

            // then
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            assertThat(other.await()).as("it had arrived").isEqualTo(BarrierOutcome.PASSED);
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAWaitAndGivesThePlaceBack(ThreadKind kind) throws Exception {
        // given
        SharedBarrier barrier = SharedBarrier.create(file(), 2);
        try (SharedBarrier other = SharedBarrier.open(file())) {
            var waiter = Task.start(kind, () -> barrier.await()).awaitInFutex();
            assertThatThrownBy(() -> SharedBarrier.open(file()))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            full -> assertThat(full.problem()).isEqualTo(Problem.PLACES_TAKEN));

            // when
            barrier.close();

            // then
            assertThat(waiter.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
            assertThatThrownBy(barrier::await).isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(other.await(SHORT)).isEqualTo(BarrierOutcome.NOT_YET);
            try (SharedBarrier next = SharedBarrier.open(file())) {
                assertThat(next.await()).isEqualTo(BarrierOutcome.PASSED);
                assertThat(other.await()).isEqualTo(BarrierOutcome.PASSED);
            }
        }
    }

    @Test
    void whenAPartyDiesAllAreToldWho() throws Exception {
        // given
        try (SharedBarrier barrier = SharedBarrier.create(file(), 4);
                BarrierStat stat = BarrierStat.open(new Address.Barrier(file().toString()));
                Talk waits = far();
                Talk late = far();
                Talk dies = far()) {
            waits.say("");
            var waiter =
                    Task.start(ThreadKind.PLATFORM, () -> barrier.await(LONG)).awaitInFutex();

            // when
            dies.kill();

            // then
            assertThat(waiter.result()).isEqualTo(BarrierOutcome.BROKEN);
            assertThat(barrier.brokenBy().pid()).isEqualTo((int) dies.pid());
            assertThat(waits.line()).isEqualTo("BROKEN");
            assertThat(waits.line()).isEqualTo("" + dies.pid());
            assertThat(stat.read().brokenBy().pid()).isEqualTo((int) dies.pid());
            assertThat(stat.read().places()).hasSize(4);
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.BROKEN);

            // and when somebody makes it whole, who was not told yet still is
            barrier.reset();
            barrier.reset();
            late.say("");
            assertThat(late.line()).isEqualTo("BROKEN");
            assertThat(late.line()).isEqualTo("" + dies.pid());
            try (Talk next = far()) {
                for (Talk party : List.of(waits, late, next)) {
                    party.say("");
                }
                assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
                assertThat(waits.line()).isEqualTo("PASSED");
                assertThat(late.line()).isEqualTo("PASSED");
                assertThat(next.line()).isEqualTo("PASSED");
                assertThat(stat.read().brokenBy()).isEqualTo(Identity.NOBODY);
            }
        }
    }

    @Test
    void whoDiesHavingArrivedBreaksTheNextPhase() throws Exception {
        // given
        try (SharedBarrier barrier = SharedBarrier.create(file(), 2);
                Talk dies = far();
                BarrierStat stat = BarrierStat.open(new Address.Barrier(file().toString()))) {
            dies.say("");
            Await.until("it has arrived", () -> stat.read().places().stream().anyMatch(BarrierStat.Place::arrived));

            // when
            dies.kill();

            // then
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.BROKEN);
        }
    }

    @Test
    void aStoppedPartyHoldsAllUp() throws Exception {
        // given
        try (SharedBarrier barrier = SharedBarrier.create(file(), 2);
                Talk stopped = far()) {
            // when
            Foreign.signal("STOP", stopped.pid());
            stopped.say("");

            // then
            assertThat(barrier.await(Duration.ofMillis(50))).isEqualTo(BarrierOutcome.NOT_YET);
            Foreign.signal("CONT", stopped.pid());
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
        }
    }

    @Test
    void whenAllHaveDiedTheNextOnesBeginAnew() throws Exception {
        // given
        SharedBarrier.create(file(), 2).close();
        try (Talk first = far();
                Talk second = far()) {
            first.say("");
            first.kill();
            second.kill();
        }

        // when
        try (SharedBarrier barrier = SharedBarrier.open(file());
                SharedBarrier other = SharedBarrier.open(file())) {
            // then
            assertThat(barrier.tryAwait()).isEqualTo(BarrierOutcome.NOT_YET);
            assertThat(other.await()).isEqualTo(BarrierOutcome.PASSED);
            assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
        }
    }

    @Test
    void whoTakesThePlaceOfADeadOneFindsItBroken() throws Exception {
        // given
        try (SharedBarrier barrier = SharedBarrier.create(file(), 2);
                Talk dies = far()) {
            dies.kill();

            // when
            try (SharedBarrier next = SharedBarrier.open(file())) {
                // then
                assertThat(next.await()).isEqualTo(BarrierOutcome.BROKEN);
                next.reset();
                assertThat(next.tryAwait()).isEqualTo(BarrierOutcome.NOT_YET);
                assertThat(barrier.await()).as("it was there").isEqualTo(BarrierOutcome.BROKEN);
                assertThat(barrier.await()).isEqualTo(BarrierOutcome.PASSED);
            }
        }
    }

    @Test
    void itIsForOneNumberOfParties() throws Exception {
        assertThatThrownBy(() -> SharedBarrier.create(file(), 0)).isInstanceOf(IllegalArgumentException.class);
        SharedBarrier.create(file(), 2).close();
        assertThatThrownBy(() -> SharedBarrier.openOrCreate(file(), 3))
                .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.WRONG_KIND);
                    assertThat(refused.limit()).contains("for 3");
                });
    }
}
