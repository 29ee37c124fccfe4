package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.queues.testing.Queues;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Waits that are interrupted at any moment, time out, or get what they wait for: no message is lost or comes twice, and no thread
 * stays behind. Prints its seed.
 */
@ExtendWith(NoLeaks.class)
class QueueWaitTortureTest {
    private static final int MESSAGES = 3_000;
    private static final int THREADS = 3;
    private static final int WAITS = 4_000;

    @RegisterExtension
    final Queues queues = new Queues();

    @ParameterizedTest
    @CsvSource({"SYSTEM_V,PLATFORM", "SYSTEM_V,VIRTUAL", "POSIX,PLATFORM", "POSIX,VIRTUAL"})
    void noMessageIsLostOrDoubled(String queueKind, ThreadKind kind) throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("QueueWaitTortureTest " + queueKind + " " + kind + " seed " + seed);
        if (queueKind.equals("SYSTEM_V")) {
            try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
                queue.changeCapacity(64); // sixteen messages: senders wait, too
                torture(queue, queue, kind, seed);
            }
        } else {
            try (PosixQueue queue = PosixQueue.create(queues.name(), PosixQueueSpec.of(4, 4))) {
                torture(queue, queue, kind, seed);
            }
        }
    }

    private static void torture(MessageSender sender, MessageReceiver receiver, ThreadKind kind, long seed)
            throws Exception {
        // given senders and receivers, each of which goes on when it is interrupted
        List<Integer> received = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean sent = new AtomicBoolean();
        List<Task<Void>> senders = new ArrayList<>();
        List<Task<Void>> receivers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            Random mine = new Random(seed + i);
            senders.add(Task.start(kind, () -> send(sender, first, mine)));
            receivers.add(Task.start(kind, () -> receive(receiver, received, sent, mine)));
        }

        // when they are interrupted all the time
        Random random = new Random(seed);
        List<Task<Void>> all = new ArrayList<>(senders);
        all.addAll(receivers);
        while (senders.stream().anyMatch(each -> !each.isDone())) {
            Task<Void> _ = all.get(random.nextInt(all.size())).interrupt();
            for (int i = random.nextInt(2_000); i > 0; i--) {
                Thread.onSpinWait();
            }
        }
        for (Task<Void> each : senders) {
            assertThat(each.failure()).isNull();
        }
        sent.set(true);

        // then
        for (Task<Void> each : receivers) {
            assertThat(each.failure()).isNull();
        }
        assertThat(received.stream().sorted().toList())
                .isEqualTo(IntStream.range(0, MESSAGES).boxed().toList());
    }

    private static Void send(MessageSender sender, int first, Random random) throws Exception {
        for (int number = first; number < MESSAGES; number += THREADS) {
            ByteBuffer message = ByteBuffer.allocate(Integer.BYTES).putInt(0, number);
            boolean sent = false;
            while (!sent) {
                try {
                    sent = switch (random.nextInt(3)) {
                        case 0 -> sender.trySend(message);
                        case 1 -> sender.send(message, Duration.ofNanos(random.nextInt(2_000_000)));
                        default -> {
                            sender.send(message);
                            yield true;
                        }
                    };
                } catch (InterruptedException again) {
                    assertThat(message.position()).isZero();
                }
            }
        }
        return null;
    }

    private static Void receive(MessageReceiver receiver, List<Integer> received, AtomicBoolean sent, Random random)
            throws Exception {
        while (true) {
            boolean last = sent.get();
            try {
                Optional<byte[]> came = last || random.nextInt(3) == 0
                        ? receiver.tryReceive()
                        : receiver.receive(Duration.ofNanos(random.nextInt(2_000_000)));
                came.ifPresent(message -> received.add(ByteBuffer.wrap(message).getInt()));
                if (last && came.isEmpty()) {
                    return null;
                }
            } catch (InterruptedException again) {
                // nothing was taken
            }
        }
    }

    /** The interrupt may come just before the call begins to wait. */
    @ParameterizedTest
    @CsvSource({"PLATFORM", "VIRTUAL"})
    void oneInterruptEndsOneWaitWheneverItComes(ThreadKind kind) throws Exception {
        // given a receiver that says when it is about to wait, and when its wait has ended
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("QueueWaitTortureTest one interrupt " + kind + " seed " + seed);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            var waits = Task.start(kind, () -> {
                for (int i = 1; i <= WAITS; i++) {
                    try {
                        begun.set(i);
                        byte[] _ = queue.receive();
                    } catch (InterruptedException interrupted) {
                        ended.set(i);
                    }
                }
                return null;
            });

            // when each wait gets one interrupt
            Random random = new Random(seed);
            for (int i = 1; i <= WAITS; i++) {
                spinUntil(begun, i);
                for (int spins = random.nextInt(3_000); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                var _ = waits.interrupt();

                // then it ends: else this does not, and the guard fails the test
                spinUntil(ended, i);
            }
            assertThat(waits.failure()).isNull();
        }
    }

    private static void spinUntil(AtomicInteger seen, int value) throws InterruptedException {
        while (seen.get() < value) {
            if (Thread.interrupted()) {
                throw new InterruptedException("by the guard");
            }
            Thread.onSpinWait();
        }
    }
}
