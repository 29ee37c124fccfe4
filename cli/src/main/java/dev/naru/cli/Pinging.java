package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.ConnectionOptions;
import dev.naru.linux.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A way to ask a server for a sign of life. For one thread. */
interface Pinging extends Closeable {
    /**
     * Asks once.
     *
     * @return how long the answer took, in nanoseconds
     * @throws CliException {@link Problem#TIMED_OUT}; {@link Problem#CONNECTION_RESET} when the server ended the connection;
     *     {@link Problem#NOT_VERIFIED} when something else came back
     */
    long once() throws IOException, InterruptedException, CliException;

    @Override
    void close();

    /** Each time connects, and closes again. Only the connecting is timed. */
    record Connecting(Address address, Duration timeout) implements Pinging {
        @Override
        public long once() throws IOException, InterruptedException, CliException {
            ConnectionOptions options = ConnectionOptions.usual();
            long start = System.nanoTime();
            Optional<Connection> connected = Connection.connect(address, options, timeout);
            long took = System.nanoTime() - start;
            connected
                    .orElseThrow(() -> new CliException(Problem.TIMED_OUT, address.toString()))
                    .close();
            return took;
        }

        @Override
        public void close() {}
    }

    /** Sends bytes over one connection and waits until they have come back. After a loss it connects anew. */
    final class Echoing implements Pinging {
        /** More need not fit into what the kernel holds for two who both write first. */
        static final int MOST_BYTES = 1 << 16;

        private final Address address;
        private final Duration timeout;
        private final ByteBuffer sent;
        private final ByteBuffer received;
        private @Nullable Connection connection;
        private long number;

        Echoing(Address address, Duration timeout, int bytes) {
            this.address = address;
            this.timeout = timeout;
            this.sent = ByteBuffer.allocateDirect(bytes);
            this.received = ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public long once() throws IOException, InterruptedException, CliException {
            Connection open = connection;
            if (open == null) {
                open = Connection.connect(address, ConnectionOptions.usual(), timeout)
                        .orElseThrow(() -> new CliException(Problem.TIMED_OUT, address.toString()));
                connection = open;
            }
            boolean answered = false;
            try {
                fill(++number);
                long took = exchange(open);
                if (!received.flip().equals(sent.flip())) {
                    throw new CliException(Problem.NOT_VERIFIED, address.toString());
                }
                answered = true;
                return took;
            } finally {
                if (!answered) {
                    close(); // what comes late would be taken for the next answer
                }
            }
        }

        /** Other bytes each time, so that an old answer is none. */
        private void fill(long seed) {
            sent.clear();
            received.clear();
            for (long word = seed; sent.hasRemaining(); word = word * 31 + 7) {
                sent.put((byte) word);
            }
            sent.flip();
        }

        private long exchange(Connection open) throws IOException, CliException {
            long start = System.nanoTime();
            int _ = open.write(sent, timeout);
            Duration left = timeout;
            while (!sent.hasRemaining() && received.hasRemaining()) {
                int count = open.read(received, left);
                if (count < 0) {
                    throw new CliException(Problem.CONNECTION_RESET, address.toString());
                }
                if (received.hasRemaining()) {
                    left = timeout.minusNanos(System.nanoTime() - start);
                    if (count == 0 || left.isNegative()) {
                        break;
                    }
                }
            }
            long took = System.nanoTime() - start;
            if (sent.hasRemaining() || received.hasRemaining()) {
                throw new CliException(Problem.TIMED_OUT, address.toString());
            }
            return took;
        }

        @Override
        public void close() {
            if (connection != null) {
                connection.close();
                connection = null;
            }
        }
    }
}
