package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.linux.testing.Garbage;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.queues.testing.Queues;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sending and receiving make no garbage, also where each has to wait. */
@ExtendWith(NoLeaks.class)
class QueueGarbageTest {
    private static final int ROUNDS = Garbage.BATCHES * Garbage.BATCH;

    @RegisterExtension
    final Queues queues = new Queues();

    private final ByteBuffer message = ByteBuffer.allocateDirect(32);

    private static void assertNone(Garbage.Round round) throws Exception {
        assertThat(Garbage.fewestBytes(round)).isLessThan(Garbage.SMALLEST_OBJECT);
    }

    @Test
    void aSystemVQueueMakesNone() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            Selection first = Selection.first();
            assertNone(() -> {
                queue.send(3, message.clear());
                long _ = queue.receive(message.clear(), first);
            });
        }
    }

    @Test
    void aPosixQueueMakesNone() throws Exception {
        try (PosixQueue queue = PosixQueue.create(queues.name(), PosixQueueSpec.of(1, 32))) {
            assertNone(() -> {
                queue.send(message.clear(), 3);
                int _ = queue.receive(message.clear());
            });
        }
    }

    @Test
    void whoWaitsEachTimeMakesNone() throws Exception {
        SystemVQueue there = SystemVQueue.create(queues.key());
        try (SystemVQueue back = SystemVQueue.create(queues.key())) {
            Selection first = Selection.first();
            var echo = Task.start(ThreadKind.PLATFORM, () -> {
                ByteBuffer mine = ByteBuffer.allocateDirect(32);
                for (int i = 0; i < ROUNDS; i++) {
                    long _ = there.receive(mine.clear(), first);
                    back.send(1, mine.flip());
                }
                return null;
            });

            assertNone(() -> {
                there.send(1, message.clear());
                long _ = back.receive(message.clear(), first);
            });
            there.close();
            var _ = echo.failure();
        }
    }
}
