package dev.naru.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Descriptor;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Futex;
import dev.naru.linux.Futex.Outcome;
import dev.naru.linux.Memfd;
import dev.naru.linux.Poller;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.Sleepers;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The thread that sleeps for all virtual ones dies of what nobody foresaw. */
@ExtendWith(NoLeaks.class)
class FutexHubTest {
    private static final int SLEEPERS = 10;

    @Test
    void whenAHubDiesItsSleepersLookAgainAndTheNextHasANewOne() throws Exception {
        ConcurrentLinkedQueue<Throwable> told = new ConcurrentLinkedQueue<>();
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        Runnable beforeSleep = FutexHub.beforeSleep;
        try (Descriptor memfd = Memfd.create("words", false);
                Sleepers sleepers = Sleepers.create()) {
            FileSpace.reserve(memfd, 0, 4096, "words");
            try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "words")) {
                MemorySegment memory = mapping.segment();
                // given
                List<Task<Outcome>> waits = new ArrayList<>();
                for (int i = 0; i < SLEEPERS; i++) {
                    waits.add(sleep(memory, 4L * i, sleepers));
                }

                // when
                Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> told.add(thrown));
                AtomicBoolean planted = new AtomicBoolean(true);
                FutexHub.beforeSleep = () -> {
                    if (planted.getAndSet(false)) {
                        throw new InternalError("planted");
                    }
                };
                var newcomer = start(memory, 4L * SLEEPERS, sleepers);

                // then
                for (Task<Outcome> wait : waits) {
                    assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
                }
                Await.until("the death was told", () -> !told.isEmpty());
                assertThat(told)
                        .singleElement()
                        .satisfies(death -> assertThat(death).hasMessage("planted"));

                // and waits go on: the newcomer's, if the hub died just before it came, and the next
                var next = sleep(memory, 0, sleepers);
                for (long offset : new long[] {0, 4L * SLEEPERS}) {
                    memory.set(ValueLayout.JAVA_INT, offset, 1);
                    int _ = Futex.wake(memory, offset, 1);
                }
                assertThat(next.result()).isEqualTo(Outcome.WOKEN);
                assertThat(newcomer.result()).isEqualTo(Outcome.WOKEN);
            }
        } finally {
            FutexHub.beforeSleep = beforeSleep;
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
    }

    private static Task<Outcome> start(MemorySegment memory, long offset, Sleepers sleepers) {
        return Task.start(ThreadKind.VIRTUAL, () -> Futex.await(memory, offset, 0, Poller.NEVER, sleepers));
    }

    private static Task<Outcome> sleep(MemorySegment memory, long offset, Sleepers sleepers) {
        return start(memory, offset, sleepers).awaitInFutex();
    }
}
