package dev.naru.bench;

import dev.naru.channels.InputChannel;
import dev.naru.channels.OutputChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Our two sides of a round trip; the same loops as in {@code rtt.c}. */
final class RoundTripRoles {
    private RoundTripRoles() {}

    /** Writes a message and reads the answer. The median, in ns. */
    static final class Ask implements Side.Role {
        private final OutputChannel out;
        private final InputChannel in;
        private final ByteBuffer message;

        Ask(OutputChannel out, InputChannel in, int bytes) {
            this.out = out;
            this.in = in;
            this.message = ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public long run(long warmup, long count) throws IOException {
            long[] taken = new long[Math.toIntExact(count)];
            for (long i = -warmup; i < count; i++) {
                long start = System.nanoTime();
                int _ = out.write(message.clear());
                readAll(in, message.clear());
                if (i >= 0) {
                    taken[(int) i] = System.nanoTime() - start;
                }
            }
            Arrays.sort(taken);
            return taken[taken.length / 2];
        }
    }

    /** Reads messages and writes each back. */
    static final class Answer implements Side.Role {
        private final InputChannel in;
        private final OutputChannel out;
        private final ByteBuffer message;

        Answer(InputChannel in, OutputChannel out, int bytes) {
            this.in = in;
            this.out = out;
            this.message = ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public long run(long warmup, long count) throws IOException {
            for (long i = -warmup; i < count; i++) {
                readAll(in, message.clear());
                int _ = out.write(message.clear());
            }
            return 0;
        }
    }

    private static void readAll(InputChannel in, ByteBuffer message) throws IOException {
        while (message.hasRemaining()) {
            if (in.read(message) < 0) {
                throw new EOFException("the other side has gone");
            }
        }
    }
}
