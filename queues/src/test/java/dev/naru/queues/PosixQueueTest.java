package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Poller.Interest;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.queues.testing.Queues;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What POSIX queues have beside the contract: priorities, attributes, access, polling, names. */
@ExtendWith(NoLeaks.class)
class PosixQueueTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    @RegisterExtension
    final Queues queues = new Queues();

    private PosixQueue queue() throws Exception {
        return PosixQueue.create(queues.name(), PosixQueueSpec.of(4, 16));
    }

    private static ByteBuffer one(int value) {
        return ByteBuffer.wrap(new byte[] {(byte) value});
    }

    @Test
    void theHighestPriorityComesFirstAndTheOldestOfIt() throws Exception {
        try (PosixQueue queue = queue()) {
            queue.send(one(1));
            queue.send(one(2), 7);
            queue.send(one(3), 32_767);
            assertThat(queue.trySend(one(4), 7)).isTrue();

            List<String> came = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RankedMessage message = queue.receiveRanked();
                came.add(message.priority() + ":" + message.bytes()[0]);
            }
            assertThat(came).containsExactly("32767:3", "7:2", "7:4", "0:1");
            assertThat(queue.tryReceiveRanked()).isEmpty();
            assertThatThrownBy(() -> queue.send(one(1), 32_768)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> queue.send(one(1), -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void attributesTellWhatItHolds() throws Exception {
        try (PosixQueue queue = queue()) {
            queue.send(one(1));
            assertThat(queue.attributes()).isEqualTo(new Attributes(4, 16, 1));
            assertThat(queue.maxMessage()).isEqualTo(16);
            assertThat(queue.descriptor().status().mode()).isEqualTo(0600);
        }
    }

    @Test
    void theModeIsExact() throws Exception {
        try (PosixQueue queue =
                PosixQueue.create(queues.name(), PosixQueueSpec.of(1, 1).withMode(0666))) {
            assertThat(queue.descriptor().status().mode()).isEqualTo(0666);
        }
    }

    @Test
    void whoOpensForOneDirectionHasNoOther() throws Exception {
        String name = queues.name();
        PosixQueue.create(name, PosixQueueSpec.of(1, 1)).close();
        try (PosixQueue reads = PosixQueue.open(name, Access.READ);
                PosixQueue writes = PosixQueue.open(name, Access.WRITE)) {
            assertThatThrownBy(() -> reads.send(one(1))).isInstanceOf(ErrnoException.class);
            assertThatThrownBy(writes::receive).isInstanceOf(ErrnoException.class);
        }
    }

    @Test
    void aBufferNeedsRoomForTheLongest() throws Exception {
        try (PosixQueue queue = queue()) {
            queue.send(one(5), 3);
            assertThatThrownBy(() -> queue.receive(ByteBuffer.allocate(15)))
                    .isInstanceOf(BufferOverflowException.class);
            ByteBuffer whole = ByteBuffer.allocate(16);
            assertThat(queue.receive(whole)).isEqualTo(3);
            assertThat(whole.position()).isEqualTo(1);
            assertThat(queue.tryReceive(whole.clear())).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void itsDescriptorTellsOfMessagesAndRoom(ThreadKind kind) throws Exception {
        // given
        try (PosixQueue queue = queue()) {
            assertThat(queue.awaitMessage(SHORT)).isFalse();
            assertThat(queue.descriptor().isWritable()).isTrue();
            var wait = Task.start(kind, () -> queue.awaitMessage(LONG)).awaitPolling();

            // when
            queue.send(one(1));

            // then
            assertThat(wait.result()).isTrue();
            assertThat(queue.attributes().messages()).isEqualTo(1);
            while (queue.trySend(one(2))) {
                // until it is full
            }
            assertThat(Poller.isReady(queue.descriptor(), Interest.WRITABLE)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseEndsAWaitForAMessage(ThreadKind kind) throws Exception {
        PosixQueue queue = queue();
        var wait = Task.start(kind, () -> queue.awaitMessage(LONG)).awaitPolling();
        queue.close();
        assertThat(wait.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void whoHasItOpenKeepsItWhenItIsRemoved() throws Exception {
        String name = queues.name();
        try (PosixQueue queue = PosixQueue.create(name, PosixQueueSpec.of(1, 1))) {
            PosixQueue.remove(name);
            queue.send(one(1));
            assertThat(queue.receive()).containsExactly(1);
            assertProblem(Problem.NO_QUEUE, () -> PosixQueue.open(name));
            assertProblem(Problem.NO_QUEUE, () -> PosixQueue.remove(name));
        }
    }

    @Test
    void createRefusesOneThatIsThere() throws Exception {
        String name = queues.name();
        try (PosixQueue queue = PosixQueue.openOrCreate(name, PosixQueueSpec.of(2, 8));
                PosixQueue again = PosixQueue.openOrCreate(name, PosixQueueSpec.of(1, 1))) {
            assertThat(again.attributes()).isEqualTo(queue.attributes());
        }
        assertProblem(Problem.EXISTS, () -> PosixQueue.create(name, PosixQueueSpec.of(1, 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs", "/", "/a/b", ""})
    void whatIsNoNameIsRefused(String name) {
        assertProblem(Problem.BAD_NAME, () -> PosixQueue.open(name));
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertProblem(Problem.NAME_TOO_LONG, () -> PosixQueue.open("/" + "x".repeat(256)));
    }

    @Test
    void withoutAMountNobodyKnowsWhichQueuesThereAre() throws Exception {
        if (PosixQueues.directory().isEmpty()) {
            assertThatThrownBy(PosixQueues::list)
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("mount -t mqueue");
        } else {
            try (PosixQueue _ = queue()) {
                assertThat(PosixQueues.list()).isNotEmpty();
            }
        }
    }

    private static void assertProblem(Problem problem, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }
}
