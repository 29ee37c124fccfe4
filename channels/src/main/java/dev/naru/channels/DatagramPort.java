package dev.naru.channels;

import dev.naru.linux.Poller;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where datagrams arrive, from anybody who may: a Unix socket of {@code ?type=dgram}, bound to a name. None is lost and their order stays:
 * who sends waits while it is full. Each comes with who sent it, and where an answer goes.
 *
 * {@snippet file="SocketSnippets.java" region="datagrams"}
 *
 * <p>A file that is left of a process which is gone is replaced, as {@link Listener} says. Thread-safe. After unix(7).
 */
public final class DatagramPort implements MessageReceiver {
    private final Bound bound;
    private final MessageCalls calls;

    private DatagramPort(Bound bound) throws IOException {
        this.bound = bound;
        this.calls = new MessageCalls(bound.socket(), bound.address().toString(), true);
    }

    /**
     * Binds that name.
     *
     * @param address {@code unix:} with {@code ?type=dgram}
     */
    public static DatagramPort bind(Address address) throws IOException, InterruptedException {
        return bind(address, ListenOptions.usual());
    }

    /** The same, with that mode of the file, and those buffers. */
    public static DatagramPort bind(Address address, ListenOptions options) throws IOException, InterruptedException {
        if (!(address instanceof Address.Unix unix) || unix.kind() != Sockets.Kind.DATAGRAM) {
            throw new AddressException(
                    address.toString(), "it is no port of datagrams: add ?type=dgram to a unix: address");
        }
        Bound bound = Bound.bind(address, Sockets.Kind.DATAGRAM, options);
        try {
            return new DatagramPort(bound);
        } catch (IOException refused) {
            bound.close();
            throw refused;
        }
    }

    /** Where it is. */
    public Address address() {
        return bound.address();
    }

    @Override
    public byte[] receive() throws IOException, InterruptedException {
        return calls.receive(MessageConnection::bytes, Poller.NEVER).orElseThrow();
    }

    @Override
    public Optional<byte[]> receive(Duration timeout) throws IOException, InterruptedException {
        return calls.receive(MessageConnection::bytes, Poller.deadlineIn(timeout));
    }

    @Override
    public Optional<byte[]> tryReceive() throws IOException {
        return calls.tryReceive(MessageConnection::bytes);
    }

    /** Waits for the next datagram, with who sent it, from where, and what came with it: close what it gives. */
    public Received receiveMessage() throws IOException, InterruptedException {
        return calls.receive(calls::all, Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long. */
    public Optional<Received> receiveMessage(Duration timeout) throws IOException, InterruptedException {
        return calls.receive(calls::all, Poller.deadlineIn(timeout));
    }

    /** Sends a datagram from here, such as an answer to where one came from; waits for room there. */
    public void send(ByteBuffer message, Address to) throws IOException, InterruptedException {
        boolean _ = calls.send(message, nameOf(to), List.of(), Poller.NEVER);
    }

    /** The same, for at most so long: false when there was no room in time. */
    public boolean send(ByteBuffer message, Address to, Duration timeout) throws IOException, InterruptedException {
        return calls.send(message, nameOf(to), List.of(), Poller.deadlineIn(timeout));
    }

    private static SocketName nameOf(Address to) throws IOException {
        return Connecting.names(to).getFirst();
    }

    @Override
    public boolean isOpen() {
        return bound.socket().isOpen();
    }

    /** Receives no more; what waits is lost, and the file goes. Idempotent; any thread may call it, and whoever waits in it wakes at once. */
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
