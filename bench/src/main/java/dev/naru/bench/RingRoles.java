package dev.naru.bench;

import java.io.IOException;
import java.util.Arrays;

/** What a process does with its ends of rings; the same loops as in {@code ringrtt.c} and {@code ringstream.c}. */
final class RingRoles {
    /** How many messages are handled at a time, at most. */
    private static final int BATCH = 1024;

    private RingRoles() {}

    /** Sends a message and receives the answer. The median, in ns. */
    record Ask(Outlet out, Inlet in) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            long[] taken = new long[Math.toIntExact(count)];
            long sum = in.sum();
            for (long i = 0; i < warmup + count; i++) {
                long start = System.nanoTime();
                send(out, i);
                receive(in);
                if (i >= warmup) {
                    taken[(int) (i - warmup)] = System.nanoTime() - start;
                }
            }
            check(in.sum() - sum, Outlet.SMALL / Long.BYTES * sumBelow(warmup + count));
            Arrays.sort(taken);
            return taken[taken.length / 2];
        }
    }

    /** Receives messages and sends the number of each back. */
    record Answer(Inlet in, Outlet out) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            for (long i = 0; i < warmup + count; i++) {
                receive(in);
                send(out, in.last());
            }
            return 0;
        }
    }

    private static void send(Outlet out, long number) {
        while (!out.trySend(number)) {
            out.awaitRoom();
        }
    }

    private static void receive(Inlet in) throws IOException, InterruptedException {
        while (in.poll(1) == 0) {
            in.await();
        }
    }

    /** Sends. */
    record Send(Outlet out) implements Side.Role {
        @Override
        public long run(long warmup, long count) {
            for (long i = 0; i < warmup + count; i++) {
                send(out, i);
            }
            out.flush();
            return 0;
        }
    }

    /** Receives. The ns from when the warm-up was received until all was. */
    record Receive(Inlet in, RingTask task) implements Side.Role {
        @Override
        public long run(long warmup, long count) throws IOException, InterruptedException {
            long sum = in.sum();
            receive(warmup);
            long start = System.nanoTime();
            receive(count);
            long nanos = System.nanoTime() - start;
            long sent = task.producers() * sumBelow((warmup + count) / task.producers());
            check(in.sum() - sum, (task.isSmall() ? Outlet.SMALL / Long.BYTES : 1) * sent);
            return nanos;
        }

        private void receive(long wanted) throws IOException, InterruptedException {
            for (long left = wanted; left > 0; ) {
                int got = in.poll((int) Math.min(left, BATCH));
                if (got == 0) {
                    in.await();
                }
                left -= got;
            }
        }
    }

    private static long sumBelow(long count) {
        return count * (count - 1) / 2;
    }

    private static void check(long sum, long expected) {
        if (sum != expected) {
            throw new IllegalStateException("what was received is not what was sent: " + sum + ", not " + expected);
        }
    }
}
