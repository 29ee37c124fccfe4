package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each open that waits takes a thread of the machine; so there is a bound, which is an error and not a hang. */
@ExtendWith(NoLeaks.class)
class FifoWaitersTest {
    private static final int MOST = 1024;

    @TempDir
    private Path folder;

    @Test
    void oneMoreThanMayWaitIsRefusedAndTheOthersEndByInterrupt() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        List<Task<PipeReader>> opens = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            opens.add(Task.start(ThreadKind.VIRTUAL, fifo::openReader));
        }
        opens.forEach(open -> open.awaitWaitingIn("dev.naru.linux.internal.BlockingCall"));

        // when
        var oneMore = Task.start(ThreadKind.VIRTUAL, fifo::openReader);

        // then
        assertThat(oneMore.failure()).isInstanceOfSatisfying(ErrnoException.class, refused -> {
            assertThat(refused.problem()).isEqualTo(Problem.TOO_MANY_WAITERS);
            assertThat(refused.limit()).isEqualTo("limit " + MOST);
        });
        opens.forEach(Task::interrupt);
        for (Task<PipeReader> open : opens) {
            assertThat(open.failure()).isInstanceOf(InterruptedException.class);
        }
        try (Peer peer = Peer.start()) {
            assertThat(peer.ask("try-open-write " + fifo.path())).isEqualTo("error ENXIO");
        }
        assertThat(fifo.openReader(Duration.ofMillis(1))).isEmpty();
    }

    @Test
    void allThatWaitForTheSameFifoAreLetInTogether() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        List<Task<PipeReader>> opens = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            opens.add(Task.start(i % 2 == 0 ? ThreadKind.VIRTUAL : ThreadKind.PLATFORM, fifo::openReader));
        }
        opens.forEach(open -> open.awaitWaitingIn("dev.naru.linux.internal.BlockingCall"));

        // when
        try (Peer peer = Peer.start()) {
            peer.tell("open-write " + fifo.path());

            // then
            for (Task<PipeReader> open : opens) {
                open.result().close();
            }
        }
    }

    @Test
    void whoDoesNotWaitForAReaderIsNotCountedAmongThem() throws Exception {
        // given
        Fifo fifo = Fifo.create(folder.resolve("orders"));
        Fifo other = Fifo.create(folder.resolve("others"));
        List<Task<PipeReader>> opens = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            opens.add(Task.start(ThreadKind.VIRTUAL, fifo::openReader));
        }
        opens.forEach(open -> open.awaitWaitingIn("dev.naru.linux.internal.BlockingCall"));

        // when, then
        assertThat(other.openWriter(Duration.ZERO)).isEmpty();
        opens.forEach(Task::interrupt);
        for (Task<PipeReader> open : opens) {
            assertThat(open.failure()).isInstanceOf(InterruptedException.class);
        }
    }
}
