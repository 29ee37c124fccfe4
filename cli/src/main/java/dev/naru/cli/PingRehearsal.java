package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.Connection;
import dev.naru.channels.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Pings a server of our own before the first one that counts: a JVM has its code loaded and compiled then, and times the server and the
 * kernel instead of itself. The server that is meant does not notice.
 */
final class PingRehearsal {
    private static final int MOST_PINGS = 500;
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private PingRehearsal() {}

    /** Of the same kind, and with as many bytes; 0 only connects. Where it cannot be done, there is none. */
    static void of(Address meant, int bytes) throws InterruptedException {
        Address place = meant instanceof Address.Tcp
                ? new Address.Tcp("127.0.0.1", 0)
                : new Address.UnixAbstract(
                        "naru-ping-" + ProcessHandle.current().pid());
        try {
            Listener listener = Listener.listen(place);
            Thread server = Thread.ofPlatform().daemon().name("naru-rehearsal").start(() -> serve(listener));
            try (listener) {
                rehearse(listener.address(), bytes);
            } finally {
                server.join();
            }
        } catch (IOException | CliException none) {
            // such as a network namespace without loopback
        }
    }

    private static void rehearse(Address place, int bytes) throws IOException, InterruptedException, CliException {
        try (Pinging pinging =
                bytes == 0 ? new Pinging.Connecting(place, PATIENCE) : new Pinging.Echoing(place, PATIENCE, bytes)) {
            long end = System.nanoTime() + MOST_NANOS;
            for (int i = 0; i < MOST_PINGS && System.nanoTime() - end < 0; i++) {
                long _ = pinging.once();
            }
        }
    }

    /** Sends back what comes, to one after the other, until it is closed. */
    private static void serve(Listener listener) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Pinging.Echoing.MOST_BYTES);
        try {
            while (true) {
                try (Connection connection = listener.accept()) {
                    while (connection.read(buffer.clear()) >= 0) {
                        int _ = connection.write(buffer.flip());
                    }
                }
            }
        } catch (IOException | InterruptedException closed) {
            // that is its end
        }
    }
}
