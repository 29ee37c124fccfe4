package dev.naru.channels;

import dev.naru.linux.Poller;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A server's socket for connections of messages, {@code ?type=seqpacket}; all else is as in {@link Listener}. Thread-safe.
 *
 * <p>After unix(7), SOCK_SEQPACKET.
 */
public final class MessageListener implements Closeable {
    private final Bound bound;

    private MessageListener(Bound bound) {
        this.bound = bound;
    }

    /**
     * Listens at that address.
     *
     * @param address {@code unix:} with {@code ?type=seqpacket}
     */
    public static MessageListener listen(Address address) throws IOException, InterruptedException {
        return listen(address, ListenOptions.usual());
    }

    /** The same, as those options say. */
    public static MessageListener listen(Address address, ListenOptions options)
            throws IOException, InterruptedException {
        if (MessageConnection.kindOf(address) != Sockets.Kind.SEQPACKET) {
            throw new AddressException(
                    address.toString(), "datagrams have no connections: bind it, or write ?type=seqpacket");
        }
        return new MessageListener(Bound.bind(address, Sockets.Kind.SEQPACKET, options));
    }

    /** Where it listens. */
    public Address address() {
        return bound.address();
    }

    /** Waits for the next connection; when it is interrupted, this listens as before. */
    public MessageConnection accept() throws IOException, InterruptedException {
        return accept(Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long: empty when none came. */
    public Optional<MessageConnection> accept(Duration timeout) throws IOException, InterruptedException {
        return accept(Poller.deadlineIn(timeout));
    }

    private Optional<MessageConnection> accept(long deadline) throws IOException, InterruptedException {
        var socket = bound.accept(deadline);
        return socket.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        MessageConnection.made(socket.get(), bound.address().toString()));
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return bound.socket().isOpen();
    }

    /** Listens no more. Idempotent; any thread may call it, and whoever waits in it wakes at once. */
    @Override
    public void close() throws IOException {
        bound.close();
    }

    /** The address, as errors show it. */
    @Override
    public String toString() {
        return bound.address().toString();
    }
}
