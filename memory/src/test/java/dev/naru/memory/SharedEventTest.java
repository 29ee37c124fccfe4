package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Memfd;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.Await;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the event promises. */
@ExtendWith(NoLeaks.class)
class SharedEventTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("event");
    }

    @Test
    void itIsSetUntilSomebodyResetsIt() throws Exception {
        try (SharedEvent event = SharedEvent.create(file());
                SharedEvent other = SharedEvent.open(file());
                EventStat stat = EventStat.open(new Address.Event(file().toString()))) {
            assertThat(other.isSet()).isFalse();
            assertThat(other.await(SHORT)).isFalse();
            assertThat(stat.read().waitedFor()).isTrue(); // nobody has told that it left
            event.set();
            event.set();
            assertThat(stat.read()).isEqualTo(new EventStat.Snapshot(true, 1, false));
            assertThat(other.await(SHORT)).isTrue();
            other.await();
            other.reset();
            other.reset();
            assertThat(event.isSet()).isFalse();
            assertThat(event.await(Duration.ZERO)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneSetLetsAllGoThatWaitAlsoWhenItIsResetAtOnce(ThreadKind kind) throws Exception {
        // given
        try (SharedEvent event = SharedEvent.create(file());
                SharedEvent other = SharedEvent.open(file())) {
            List<Task<Boolean>> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiters.add(Task.start(kind, () -> other.await(LONG)).awaitInFutex());
            }

            // when
            event.set();
            event.reset();

            // then
            for (Task<Boolean> waiter : waiters) {
                assertThat(waiter.result()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsAWaitAndTheEventStaysUsable(ThreadKind kind) throws Exception {
        // given
        try (SharedEvent event = SharedEvent.create(file())) {
            var waiter = Task.start(kind, () -> event.await(LONG)).awaitInFutex();

            // when
            waiter.interrupt();

            // then
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            event.set();
            event.await();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAllWaits(ThreadKind kind) throws Exception {
        // given
        SharedEvent event = SharedEvent.create(file());
        var first = Task.start(kind, () -> event.await(LONG)).awaitInFutex();
        var second = Task.start(kind, () -> event.await(LONG)).awaitInFutex();

        // when
        event.close();

        // then
        assertThat(first.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(second.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(event::set).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(event::await).isExactlyInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aSetOfAnotherProcessIsSeen() throws Exception {
        // given
        try (SharedEvent event = SharedEvent.create(file());
                Talk far = Talk.start(SyncFarSide.command("set", file()))) {
            assertThat(far.line()).isEqualTo("opened");
            var waiter =
                    Task.start(ThreadKind.PLATFORM, () -> event.await(LONG)).awaitInFutex();

            // when
            far.goOn();

            // then
            assertThat(waiter.result()).isTrue();
        }
    }

    @Test
    void aWaiterThatWasKilledHoldsUpNobody() throws Exception {
        // given
        try (SharedEvent event = SharedEvent.create(file());
                Talk killed = Talk.start(SyncFarSide.command("await-set", file()));
                Talk living = Talk.start(SyncFarSide.command("await-set", file()))) {
            assertThat(killed.line()).isEqualTo("awaits");
            assertThat(living.line()).isEqualTo("awaits");
            Await.until("somebody waits", event::isWaitedFor);

            // when
            killed.kill();
            event.set();

            // then
            assertThat(living.line()).isEqualTo("seen");
        }
    }

    @Test
    void itLivesInAMemfdToo() throws Exception {
        try (Descriptor memory = Memfd.create("event", false);
                SharedEvent event = SharedEvent.createIn(memory);
                SharedEvent other = SharedEvent.open(memory)) {
            event.set();
            assertThat(other.isSet()).isTrue();
        }
    }

    @Test
    void createAndOpenSayWhatIsThere() throws Exception {
        String name = "/naru-test-" + ProcessHandle.current().pid();
        assertThatThrownBy(() -> SharedEvent.open(name))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(Problem.NO_SHARED_OBJECT));
        try {
            SharedEvent.openOrCreate(name).close();
            assertThat(Path.of("/dev/shm/naru-event." + name.substring(1))).exists();
            assertThatThrownBy(() -> SharedEvent.create(name))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.EXISTS));
        } finally {
            SharedEvent.remove(name);
        }
    }
}
