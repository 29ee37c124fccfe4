package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A server's socket: made, bound to an address and listening, in the steps of the classic model. Each {@link #accept} gives the
 * connection of a client.
 *
 * {@snippet file="SocketSnippets.java" region="server"}
 *
 * <p>The file of a Unix socket that is left of a server which is gone is replaced; one on which somebody listens, or that is something else,
 * is left alone ({@link Problem#ADDRESS_IN_USE}). {@link #close} takes the file away, if it is this one's. When the process dies, the file stays.
 *
 * <p>Thread-safe; of several threads that accept, each gets connections of its own. After unix(7), tcp(7), listen(2).
 */
public final class Listener implements Closeable {
    private final Bound bound;

    private Listener(Bound bound) {
        this.bound = bound;
    }

    /**
     * Listens at that address.
     *
     * @param address {@code unix:} or {@code tcp:}; for port 0 the kernel chooses one: {@link #address}
     * @throws ErrnoException {@link Problem#ADDRESS_IN_USE}, {@link Problem#NOT_AN_ADDRESS_HERE}, {@link Problem#DENIED} and others
     * @throws InterruptedException when the thread was interrupted while another one looked at the same directory
     */
    public static Listener listen(Address address) throws IOException, InterruptedException {
        return listen(address, ListenOptions.usual());
    }

    /** The same, as those options say. */
    public static Listener listen(Address address, ListenOptions options) throws IOException, InterruptedException {
        Connection.requireStream(address);
        return new Listener(Bound.bind(address, Sockets.Kind.STREAM, options));
    }

    /** Where it listens, with the port that the kernel chose. */
    public Address address() {
        return bound.address();
    }

    /**
     * Waits for the next connection.
     *
     * @throws InterruptedException when the thread was interrupted; this listens as before
     */
    public Connection accept() throws IOException, InterruptedException {
        return accept(Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long: empty when none came. */
    public Optional<Connection> accept(Duration timeout) throws IOException, InterruptedException {
        return accept(Poller.deadlineIn(timeout));
    }

    private Optional<Connection> accept(long deadline) throws IOException, InterruptedException {
        return bound.accept(deadline)
                .map(socket -> new Connection(socket, bound.address().toString()));
    }

    /** A connection that waits to be accepted, if there is one. */
    public Optional<Connection> tryAccept() throws IOException {
        return bound.tryAccept()
                .map(socket -> new Connection(socket, bound.address().toString()));
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return bound.socket().isOpen();
    }

    /**
     * Listens no more; connections that wait to be accepted are broken, others stay. The file of a Unix socket goes, unless another server
     * has replaced it. Idempotent; any thread may call it, and whoever waits in it wakes at once.
     */
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
