package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.Futex.Outcome;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sleeping and waking across processes, by futex_waitv and as a kernel without it makes us do. */
@ExtendWith(NoLeaks.class)
class FutexTest {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final int SIZE = 4096;

    /** Both kinds of thread, each with and without futex_waitv. */
    private static final String PLATFORM = "PLATFORM, true";

    private static final String VIRTUAL = "VIRTUAL, true";
    private static final String PLATFORM_OLD_KERNEL = "PLATFORM, false";
    private static final String VIRTUAL_OLD_KERNEL = "VIRTUAL, false";

    private final Sleepers sleepers = Sleepers.create();
    private boolean vectored;
    private Path path;
    private SharedMapping mapping;
    private MemorySegment memory;

    @BeforeEach
    void create(@TempDir Path folder) throws Exception {
        vectored = Futex.vectored;
        path = folder.resolve("words");
        try (UnnamedFile born = UnnamedFile.create(folder, 0600, "words")) {
            FileSpace.reserve(born.descriptor(), 0, SIZE, "words");
            assertThat(born.link(path)).isTrue();
            mapping = SharedMapping.map(born.descriptor(), SIZE, SharedMapping.Options.WRITABLE, "words");
        }
        memory = mapping.segment();
    }

    @AfterEach
    void close() {
        Futex.vectored = vectored;
        sleepers.close();
        mapping.close();
    }

    private Peer peer() throws Exception {
        return MemoryPeer.start().tell("open " + path).tell("map");
    }

    private Task<Outcome> start(ThreadKind kind, long offset, int expected, long deadline) {
        return Task.start(kind, () -> Futex.await(memory, offset, expected, deadline, sleepers));
    }

    private Task<Outcome> sleep(ThreadKind kind, long offset) {
        return start(kind, offset, 0, Poller.NEVER).awaitInFutex();
    }

    private static long soon() {
        return System.nanoTime() + 5_000_000;
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aStoreAndAWakeOfAnotherProcessEndTheWait(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        try (Peer peer = peer()) {
            var wait = sleep(kind, 8);

            // when
            peer.tell("store 8 1").send("wake 8 1").answer();

            // then
            assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeAloneEndsTheWait(ThreadKind kind) throws Exception {
        // given
        try (Peer peer = peer()) {
            var wait = sleep(kind, 8);

            // when: as often as it takes to find it asleep
            Await.until("one was woken", () -> peer.ask("wake 8 1").equals("woke 1"));

            // then
            assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
        }
    }

    @Test
    void aWakeReachesASleeperOfAnotherProcess() throws Exception {
        // given
        try (Peer peer = peer()) {
            peer.send("wait 4 0").awaitBlockedIn(ProcessState.Call.FUTEX);

            // when
            Await.until("one was woken", () -> Futex.wake(memory, 4, 1) == 1);

            // then
            assertThat(peer.answer()).isEqualTo("woken");
            assertThat(Futex.wake(memory, 4, Integer.MAX_VALUE)).isZero();
        }
    }

    private Task<Outcome> sleepForAny(ThreadKind kind, int words, long deadline) {
        List<Futex.Word> any = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            any.add(new Futex.Word(memory, 4L * i, 0));
        }
        return Task.start(kind, () -> Futex.awaitAny(any, deadline, sleepers));
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void anyOfManyWordsEndsTheWait(ThreadKind kind, boolean vector) throws Exception {
        // given more words than one thread of the kernel's waits for
        Futex.vectored &= vector;
        int words = vector ? 300 : 10;
        try (Peer peer = peer()) {
            for (int word : new int[] {0, words / 2, words - 1}) {
                var wait = sleepForAny(kind, words, Poller.NEVER).awaitWaitingIn("dev.naru.linux.Futex");

                // when
                peer.tell("store " + 4 * word + " 1")
                        .send("wake " + 4 * word + " 1")
                        .answer();

                // then
                assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
                INT.setVolatile(memory, 4L * word, 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitForAnyWordEndsByItsTimeAnInterruptOrAClose(ThreadKind kind) throws Exception {
        assertThat(sleepForAny(kind, 3, soon()).result()).isEqualTo(Outcome.TIMED_OUT);

        var interrupted = sleepForAny(kind, 3, Poller.NEVER).awaitWaitingIn("dev.naru.linux.Futex");
        assertThat(interrupted.interrupt().result()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(interrupted.interruptedAtEnd()).isTrue();

        var closed = sleepForAny(kind, 3, Poller.NEVER).awaitWaitingIn("dev.naru.linux.Futex");
        sleepers.close();
        assertThat(closed.result()).isEqualTo(Outcome.CLOSED);
        assertThat(sleepForAny(kind, 3, Poller.NEVER).result()).isEqualTo(Outcome.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void noRoundIsLostBetweenProcesses(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        int rounds = vector ? 3000 : 300;
        try (Peer peer = peer().send("ping 0 64 " + rounds)) {
            // when
            var game = Task.start(kind, () -> {
                for (int n = 1; n <= rounds; n++) {
                    INT.setVolatile(memory, 0L, n);
                    int _ = Futex.wake(memory, 0, 1);
                    while ((int) INT.getVolatile(memory, 64L) != n) {
                        assertThat(Futex.await(memory, 64, n - 1, Poller.NEVER, sleepers))
                                .isEqualTo(Outcome.WOKEN);
                    }
                }
                return rounds;
            });

            // then
            assertThat(game.result()).isEqualTo(rounds);
            assertThat(peer.answer()).isEqualTo("ponged " + rounds);
        }
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aWordThatHasChangedIsNotSleptOn(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        INT.setVolatile(memory, 0L, -1);

        // when, then
        for (long deadline : new long[] {Poller.NEVER, System.nanoTime() - 1}) {
            assertThat(start(kind, 0, 0, deadline).result()).isEqualTo(Outcome.WOKEN);
        }
        assertThat(start(kind, 0, -1, soon()).result()).isEqualTo(Outcome.TIMED_OUT);
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aDeadlineThatPassesIsTold(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;

        // when, then
        for (long deadline : new long[] {soon(), System.nanoTime(), System.nanoTime() - 1_000_000_000}) {
            Outcome outcome;
            do {
                outcome = start(kind, 0, 0, deadline).result();
            } while (outcome == Outcome.WOKEN); // a reason of the kernel's own
            assertThat(outcome).isEqualTo(Outcome.TIMED_OUT);
            assertThat(System.nanoTime() - deadline).isNotNegative();
        }
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void anInterruptEndsTheWaitAndItsStatusStays(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        var wait = sleep(kind, 0);

        // when
        wait.interrupt();

        // then
        assertThat(wait.result()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(wait.interruptedAtEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aThreadThatIsInterruptedAlreadyDoesNotWait(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;

        // when
        var wait = Task.start(kind, () -> {
            Thread.currentThread().interrupt();
            return Futex.await(memory, 0, 0, Poller.NEVER, sleepers);
        });

        // then
        assertThat(wait.result()).isEqualTo(Outcome.INTERRUPTED);
        assertThat(wait.interruptedAtEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aCloseEndsTheWaitOfAll(ThreadKind kind, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waits.add(sleep(kind, 4L * i));
        }

        // when
        sleepers.close();

        // then
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
        }
        assertThat(sleepers.isOpen()).isFalse();
        assertThat(sleep0AfterClose(kind)).isEqualTo(Outcome.CLOSED);
    }

    private Outcome sleep0AfterClose(ThreadKind kind) throws InterruptedException {
        sleepers.close(); // again
        return start(kind, 0, 0, Poller.NEVER).result();
    }

    @ParameterizedTest
    @EnumSource
    void aCloseThatComesWithTheWaitIsNotLost(ThreadKind kind) throws Exception {
        for (int i = 0; i < 300; i++) {
            // given
            Sleepers some = Sleepers.create();
            var wait = Task.start(kind, () -> Futex.await(memory, 0, 0, Poller.NEVER, some));

            // when
            some.close();

            // then
            assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({PLATFORM, VIRTUAL, PLATFORM_OLD_KERNEL, VIRTUAL_OLD_KERNEL})
    void aWakeForOneWhoGivesUpGoesToTheNext(ThreadKind kind, boolean vector) throws Exception {
        Futex.vectored &= vector;
        for (int i = 0; i < 100; i++) {
            // given
            var first = sleep(kind, 0);
            var second = Task.start(ThreadKind.PLATFORM, () -> Futex.await(memory, 0, 0, Poller.NEVER, sleepers))
                    .awaitInFutex();

            // when
            var interrupter = Task.start(ThreadKind.PLATFORM, first::interrupt);
            int woken = Futex.wake(memory, 0, 1);

            // then
            var _ = interrupter.result();
            if (first.result() == Outcome.INTERRUPTED && woken == 1) {
                assertThat(second.result()).isEqualTo(Outcome.WOKEN);
            } else {
                second.interrupt();
                assertThat(second.result()).isIn(Outcome.INTERRUPTED, Outcome.WOKEN);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptThatComesLateIsNoInterruptOfTheNext(ThreadKind kind) throws Exception {
        for (int i = 0; i < 200; i++) {
            // given a wait whose end and whose interrupt come together, each for a word of its own, as a late
            // wake is for all that wait for its word
            long word = 4L * i;
            var first = sleep(kind, word);
            var interrupter = Task.start(ThreadKind.PLATFORM, first::interrupt);
            int _ = Futex.wake(memory, word, 1);
            assertThat(first.result()).isIn(Outcome.WOKEN, Outcome.INTERRUPTED);
            var _ = interrupter.result();

            // when, then
            var next = start(kind, word, 0, System.nanoTime() + 100_000);
            assertThat(next.result()).isIn(Outcome.TIMED_OUT, Outcome.WOKEN);
            assertThat(next.interruptedAtEnd()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, 1, true", "1000, 300, true", "1000, 40, false"})
    void aThousandVirtualThreadsWait(int threads, int words, boolean vector) throws Exception {
        // given
        Futex.vectored &= vector;
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            waits.add(start(ThreadKind.VIRTUAL, 4L * (i % words), 0, Poller.NEVER));
        }
        waits.forEach(Task::awaitInFutex);

        // when
        for (int i = 0; i < words; i++) {
            INT.setVolatile(memory, 4L * i, 1);
            int _ = Futex.wake(memory, 4L * i, Integer.MAX_VALUE);
        }

        // then
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.WOKEN);
        }
    }

    @Test
    void virtualThreadsThatExpectDifferentValuesOfOneWord() throws Exception {
        // given
        var wait = sleep(ThreadKind.VIRTUAL, 0);

        // when, then
        assertThat(start(ThreadKind.VIRTUAL, 0, 5, Poller.NEVER).result()).isEqualTo(Outcome.WOKEN);
        assertThat(wait.isDone()).isFalse();
    }

    @Test
    void moreWordsThanThreadsMayBeIsAnError() throws Exception {
        // given
        Futex.vectored = false;
        List<Task<Outcome>> waits = new ArrayList<>();
        for (int i = 0; i < 1023; i++) { // one more may be there, at rest
            waits.add(start(ThreadKind.VIRTUAL, 4L * i, 0, Poller.NEVER));
        }
        waits.forEach(Task::awaitInFutex);

        // when
        try (Peer _ = peer()) {
            Throwable refused = null;
            try (SharedMapping more = more()) {
                List<Task<Outcome>> beyond = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    long offset = 4L * i;
                    beyond.add(Task.start(
                            ThreadKind.VIRTUAL, () -> Futex.await(more.segment(), offset, 0, Poller.NEVER, sleepers)));
                }
                Await.until("one was refused", () -> beyond.stream().anyMatch(Task::isDone));
                sleepers.close();
                for (Task<Outcome> wait : beyond) {
                    Throwable thrown = wait.failure();
                    refused = thrown == null ? refused : thrown;
                }
            }

            // then
            assertThat(refused).isInstanceOfSatisfying(ErrnoException.class, exception -> {
                assertThat(exception.problem()).isEqualTo(Problem.TOO_MANY_SLEEPERS);
                assertThat(exception.limit()).isEqualTo("limit 1024");
            });
        }
        for (Task<Outcome> wait : waits) {
            assertThat(wait.result()).isEqualTo(Outcome.CLOSED);
        }
    }

    private SharedMapping more() throws ErrnoException {
        try (Descriptor file = SharedFiles.open(path, true, "words")) {
            return SharedMapping.map(file, SIZE, SharedMapping.Options.WRITABLE, "words");
        }
    }

    @Test
    void aWordIsAlignedAndLiesWithin() {
        assertThatThrownBy(() -> Futex.wake(memory, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Futex.wake(memory, SIZE - 2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Futex.await(memory, -4, 0, Poller.NEVER, sleepers))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
