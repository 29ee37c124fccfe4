package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The kernel gives a closed number out again at once: who comes late must not meet the stranger that has it now. */
@ExtendWith(NoLeaks.class)
class DescriptorRaceTest {
    private static final int ROUNDS = 20_000;

    /** Opens pipes of its own again and again; the byte that it writes must be there when it reads. */
    private static Integer stranger() throws Exception {
        int stolen = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            for (int i = 0; i < ROUNDS; i++) {
                Pipes.Ends own = Pipes.create();
                stolen += own.writer().write(one, 1) == 1 ? 0 : 1;
                stolen += own.reader().read(one, 1) == 1 ? 0 : 1;
                own.reader().close();
                own.writer().close();
            }
        }
        return stolen;
    }

    @Test
    void aLateReaderNeverReadsFromAStranger() throws Exception {
        // given one that opens and closes, and two that read from whatever it has open
        AtomicReference<Descriptor> current = new AtomicReference<>();
        var opener = Task.start(ThreadKind.PLATFORM, () -> {
            for (int i = 0; i < ROUNDS; i++) {
                Pipes.Ends pipe = Pipes.create();
                current.set(pipe.reader());
                Thread.onSpinWait();
                pipe.reader().close();
                pipe.writer().close();
            }
            return ROUNDS;
        });
        List<Task<Long>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(Task.start(ThreadKind.PLATFORM, () -> readAllThatIsOpen(current, opener)));
        }

        // when
        List<Task<Integer>> strangers = List.of(
                Task.start(ThreadKind.PLATFORM, DescriptorRaceTest::stranger),
                Task.start(ThreadKind.PLATFORM, DescriptorRaceTest::stranger));

        // then
        for (Task<Integer> stranger : strangers) {
            assertThat(stranger.result()).as("bytes that somebody else took").isZero();
        }
        assertThat(opener.result()).isEqualTo(ROUNDS);
        for (Task<Long> reader : readers) {
            assertThat(reader.result())
                    .as("bytes that were never written there")
                    .isZero();
        }
    }

    private static Long readAllThatIsOpen(AtomicReference<Descriptor> current, Task<Integer> opener) {
        long read = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(10);
            while (!opener.isDone()) {
                Descriptor descriptor = current.get();
                if (descriptor != null && descriptor.enter()) {
                    try {
                        read += Math.max(0, descriptor.read(room, 10));
                    } finally {
                        descriptor.leave();
                    }
                }
            }
        }
        return read;
    }

    @Test
    void ofManyThatCloseOneClosesAndNoStrangerIsHit() throws Exception {
        // given
        AtomicReference<Descriptor> current = new AtomicReference<>();
        List<Task<Integer>> closers = new ArrayList<>();
        var stranger = Task.start(ThreadKind.PLATFORM, DescriptorRaceTest::stranger);
        for (int i = 0; i < 3; i++) {
            closers.add(Task.start(ThreadKind.PLATFORM, () -> {
                while (!stranger.isDone()) {
                    Descriptor descriptor = current.get();
                    if (descriptor != null) {
                        descriptor.close();
                    }
                }
                return 0;
            }));
        }

        // when
        while (!stranger.isDone()) {
            Pipes.Ends pipe = Pipes.create();
            current.set(pipe.reader());
            pipe.writer().close();
            pipe.reader().close();
        }

        // then
        assertThat(stranger.result()).isZero();
        for (Task<Integer> closer : closers) {
            assertThat(closer.result()).isZero();
        }
    }

    /** A close that comes while a waiter is just going to sleep must still be heard. */
    @RepeatedTest(20)
    void aCloseIsNeverMissedByWhoIsAboutToSleep() throws Exception {
        for (ThreadKind kind : ThreadKind.values()) {
            for (int i = 0; i < 50; i++) {
                // given
                Pipes.Ends pipe = Pipes.create();
                assertThat(pipe.reader().enter()).isTrue();
                var wait = Task.start(kind, () -> {
                    try {
                        return Poller.await(pipe.reader(), Poller.Interest.READABLE, Poller.NEVER);
                    } finally {
                        pipe.reader().leave();
                    }
                });
                for (int spin = i * 40; spin > 0; spin--) {
                    Thread.onSpinWait();
                }

                // when
                pipe.reader().close();

                // then
                assertThat(wait.result()).isEqualTo(Poller.Outcome.CLOSED);
                pipe.writer().close();
            }
        }
    }

    @Test
    void bytesOfManyOpenPipesStayApart() throws Exception {
        // given
        List<Pipes.Ends> pipes = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            for (int i = 0; i < 200; i++) {
                Pipes.Ends pipe = Pipes.create();
                pipes.add(pipe);
                number.set(ValueLayout.JAVA_INT, 0, i);
                assertThat(pipe.writer().write(number, Integer.BYTES)).isEqualTo(Integer.BYTES);
            }

            // when, then
            for (int i = 0; i < 200; i++) {
                assertThat(pipes.get(i).reader().read(number, Integer.BYTES)).isEqualTo(Integer.BYTES);
                assertThat(number.get(ValueLayout.JAVA_INT, 0)).isEqualTo(i);
            }
        } finally {
            for (Pipes.Ends pipe : pipes) {
                pipe.reader().close();
                pipe.writer().close();
            }
        }
    }
}
