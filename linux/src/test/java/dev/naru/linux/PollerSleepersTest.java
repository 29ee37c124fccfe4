package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Poller.Interest;
import dev.naru.linux.Poller.Outcome;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept between the waits of many threads, and what a deadline is. */
@ExtendWith(NoLeaks.class)
class PollerSleepersTest {
    private final MemorySegment bytes = Arena.ofAuto().allocate(1 << 16);
    private Descriptor reader;
    private Descriptor writer;

    @BeforeEach
    void create() throws Exception {
        Pipes.Ends pipe = Pipes.create();
        reader = pipe.reader();
        writer = pipe.writer();
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    private static Task<Outcome> start(ThreadKind kind, Descriptor descriptor, Interest interest, long deadline) {
        return Task.start(kind, () -> await(descriptor, interest, deadline));
    }

    private static Outcome await(Descriptor descriptor, Interest interest, long deadline) throws ErrnoException {
        assertThat(descriptor.enter()).isTrue();
        try {
            return Poller.await(descriptor, interest, deadline);
        } finally {
            descriptor.leave();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptThatComesLateIsNotFeltByTheNext(ThreadKind kind) throws Exception {
        for (int i = 0; i < 200; i++) {
            // given a wait whose end and whose interrupt come together
            var first = start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling();
            var interrupter = Task.start(ThreadKind.PLATFORM, first::interrupt);
            assertThat(writer.write(bytes, 1)).isEqualTo(1);
            assertThat(first.result()).isIn(Outcome.READY, Outcome.INTERRUPTED);
            var _ = interrupter.result();
            assertThat(reader.read(bytes, 1)).isEqualTo(1);

            // when, then
            var next = start(kind, reader, Interest.READABLE, System.nanoTime() + 100_000);
            assertThat(next.result()).isEqualTo(Outcome.TIMED_OUT);
        }
    }

    @Test
    void threadsThatHaveEndedLeaveFewSleepersBehind() throws Exception {
        // given more than are pooled
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waits.add(start(ThreadKind.PLATFORM, reader, Interest.READABLE, Poller.NEVER)
                    .awaitPolling());
        }

        // when
        assertThat(writer.write(bytes, 1)).isEqualTo(1);
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.READY);
        }

        // then
        assertThat(eventfds()).isLessThanOrEqualTo(64);
    }

    @Test
    void threadsThatSleepOneAfterTheOtherShareASleeper() throws Exception {
        // given the sleeper of a first
        assertThat(sleepOnce()).isEqualTo(Outcome.READY);
        long before = eventfds();

        // when
        for (int i = 0; i < 100; i++) {
            assertThat(sleepOnce()).isEqualTo(Outcome.READY);
        }

        // then
        assertThat(eventfds()).isEqualTo(before);
    }

    private Outcome sleepOnce() throws Exception {
        var sleep = start(ThreadKind.PLATFORM, reader, Interest.READABLE, Poller.NEVER)
                .awaitPolling();
        assertThat(writer.write(bytes, 1)).isEqualTo(1);
        Outcome outcome = sleep.result();
        assertThat(reader.read(bytes, 1)).isEqualTo(1);
        return outcome;
    }

    private static long eventfds() throws IOException {
        try (var numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.filter(PollerSleepersTest::isEventfd).count();
        }
    }

    private static boolean isEventfd(Path number) {
        try {
            return Files.readSymbolicLink(number).toString().equals("anon_inode:[eventfd]");
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void deadlinesSaturate() {
        // given
        long now = System.nanoTime();

        // when, then
        assertThat(Poller.deadlineIn(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Poller.NEVER);
        assertThat(Poller.deadlineIn(Duration.ofNanos(Long.MAX_VALUE))).isEqualTo(Poller.NEVER);
        assertThat(Poller.deadlineIn(Duration.ofSeconds(Long.MIN_VALUE)) - now).isNotNegative();
        assertThat(Poller.deadlineIn(Duration.ofNanos(Long.MIN_VALUE)) - System.nanoTime())
                .isNotPositive();
        assertThat(Poller.deadlineIn(Duration.ofHours(1)) - now).isGreaterThanOrEqualTo(3_600_000_000_000L);
    }

    @ParameterizedTest
    @EnumSource
    void allThatWaitForTheSameAreWoken(ThreadKind kind) throws Exception {
        // given
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waits.add(start(kind, reader, Interest.READABLE, Poller.NEVER).awaitPolling());
        }

        // when
        assertThat(writer.write(bytes, 1)).isEqualTo(1);

        // then
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.READY);
        }
    }
}
