package dev.naru.bench;

import dev.naru.channels.Address;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Our sides of races through message queues of the kernel; the same loops as in {@code queuertt.c} and {@code queuestream.c}.
 *
 * <pre>{@code
 * queue-ask THERE BACK BYTES    queue-answer THERE BACK BYTES    queue-send THERE BACK BYTES    queue-receive THERE BACK BYTES
 * }</pre>
 */
final class QueueRoles {
    private QueueRoles() {}

    /** Either kind, by the calls that make no garbage. */
    private interface Queue {
        void send(ByteBuffer message) throws IOException, InterruptedException;

        void receive(ByteBuffer message) throws IOException, InterruptedException;
    }

    /** The role that these words name. */
    static Side.Role of(String... words) throws IOException {
        Queue there = open(words[1]);
        Queue back = open(words[2]);
        ByteBuffer message = ByteBuffer.allocateDirect(Integer.parseInt(words[3]));
        return switch (words[0]) {
            case "queue-ask" -> (warmup, count) -> ask(there, back, message, warmup, count);
            case "queue-answer" -> (warmup, count) -> answer(there, back, message, warmup + count);
            case "queue-send" -> (warmup, count) -> send(there, message, warmup + count);
            case "queue-receive" -> (warmup, count) -> receive(there, message, warmup, count);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static Queue open(String address) throws IOException {
        return switch (Address.parse(address)) {
            case Address.SystemVQueue named -> new OfSystemV(SystemVQueue.open(named));
            case Address.PosixQueue named -> new OfPosix(PosixQueue.open(named.name()));
            default -> throw new IllegalArgumentException(address);
        };
    }

    private record OfSystemV(SystemVQueue queue) implements Queue {
        private static final Selection FIRST = Selection.first();

        @Override
        public void send(ByteBuffer message) throws IOException, InterruptedException {
            queue.send(message);
        }

        @Override
        public void receive(ByteBuffer message) throws IOException, InterruptedException {
            long _ = queue.receive(message, FIRST);
        }
    }

    private record OfPosix(PosixQueue queue) implements Queue {
        @Override
        public void send(ByteBuffer message) throws IOException, InterruptedException {
            queue.send(message);
        }

        @Override
        public void receive(ByteBuffer message) throws IOException, InterruptedException {
            int _ = queue.receive(message);
        }
    }

    /** The median, in ns. */
    private static long ask(Queue there, Queue back, ByteBuffer message, long warmup, long count)
            throws IOException, InterruptedException {
        long[] taken = new long[Math.toIntExact(count)];
        for (long i = -warmup; i < count; i++) {
            long start = System.nanoTime();
            there.send(message.clear());
            receiveAll(back, message);
            if (i >= 0) {
                taken[(int) i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(taken);
        return taken[taken.length / 2];
    }

    private static long answer(Queue there, Queue back, ByteBuffer message, long count)
            throws IOException, InterruptedException {
        for (long i = 0; i < count; i++) {
            receiveAll(there, message);
            back.send(message.clear());
        }
        return 0;
    }

    private static long send(Queue there, ByteBuffer message, long count) throws IOException, InterruptedException {
        for (long i = 0; i < count; i++) {
            there.send(message.clear());
        }
        return 0;
    }

    /** The ns from when the warm-up was received until all was. */
    private static long receive(Queue there, ByteBuffer message, long warmup, long count)
            throws IOException, InterruptedException {
        for (long i = 0; i < warmup; i++) {
            receiveAll(there, message);
        }
        long start = System.nanoTime();
        for (long i = 0; i < count; i++) {
            receiveAll(there, message);
        }
        return System.nanoTime() - start;
    }

    private static void receiveAll(Queue queue, ByteBuffer message) throws IOException, InterruptedException {
        queue.receive(message.clear());
        if (message.hasRemaining()) {
            throw new IOException("a message of another size came");
        }
    }
}
