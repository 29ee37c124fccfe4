package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.SocketMessage;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Messages each way, through a Unix socket that is connected: {@code ?type=seqpacket}, whose far side is a {@link MessageListener}'s, or
 * {@code ?type=dgram}, whose far side is a {@link DatagramPort}. A client makes it in the same two steps, socket and connect.
 *
 * {@snippet file="SocketSnippets.java" region="messages"}
 *
 * <table>
 * <caption>The end</caption>
 * <tr><th>what the far side did</th><th>what this sees</th></tr>
 * <tr><td>it closed, or was killed, and had read all</td><td>what it sent, and then {@link dev.naru.linux.Problem#ENDED}; a send is
 *     {@link dev.naru.linux.Problem#READER_GONE}</td></tr>
 * <tr><td>the same, and messages that it had not read are lost</td><td>once {@link dev.naru.linux.Problem#CONNECTION_RESET}</td></tr>
 * </table>
 *
 * <p>Thread-safe; of several that receive, each gets whole messages of its own. <b>Garbage</b>: none by {@link #receive(ByteBuffer)} and the
 * sends. After unix(7).
 */
public final class MessageConnection implements MessageSender, MessageReceiver, Passable {
    private final Descriptor socket;
    private final String address;
    private final MessageCalls calls;

    MessageConnection(Descriptor socket, String address) throws ErrnoException {
        this.socket = socket;
        this.address = address;
        this.calls = new MessageCalls(socket, address, false);
    }

    /**
     * Connects, and waits until the far side is there or refuses.
     *
     * @param address {@code unix:} with {@code ?type=seqpacket} or {@code ?type=dgram}
     * @throws ErrnoException {@link dev.naru.linux.Problem#NOBODY_LISTENS}, {@link dev.naru.linux.Problem#NOT_FOUND} and others
     * @throws InterruptedException when the thread was interrupted; nothing is connected
     */
    public static MessageConnection connect(Address address) throws IOException, InterruptedException {
        return connect(address, ConnectionOptions.usual());
    }

    /** The same, as those options say. */
    public static MessageConnection connect(Address address, ConnectionOptions options)
            throws IOException, InterruptedException {
        return connect(address, options, Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long: empty when it was not there in time. */
    public static Optional<MessageConnection> connect(Address address, ConnectionOptions options, Duration timeout)
            throws IOException, InterruptedException {
        return connect(address, options, Poller.deadlineIn(timeout));
    }

    private static Optional<MessageConnection> connect(Address address, ConnectionOptions options, long deadline)
            throws IOException, InterruptedException {
        Sockets.Kind kind = kindOf(address);
        Optional<Descriptor> socket = Connecting.connect(address, kind, options, deadline);
        return socket.isEmpty() ? Optional.empty() : Optional.of(made(socket.get(), address.toString()));
    }

    /** The caller's socket is closed when it cannot be used. */
    static MessageConnection made(Descriptor socket, String address) throws ErrnoException {
        try {
            return new MessageConnection(socket, address);
        } catch (ErrnoException refused) {
            socket.close();
            throw refused;
        }
    }

    /** Of a message socket. */
    static Sockets.Kind kindOf(Address address) {
        if (address instanceof Address.Unix unix && unix.kind() != Sockets.Kind.STREAM) {
            return unix.kind();
        }
        throw new AddressException(
                address.toString(),
                "it has no messages: add ?type=seqpacket or ?type=dgram to a unix: address, or send frames");
    }

    /**
     * A connection that another process has passed, or this one was started with. It is taken over.
     *
     * @param socket connected, of messages
     */
    public static MessageConnection of(Descriptor socket) throws ErrnoException {
        return made(socket, socket.toString());
    }

    /** Half of the send buffer, roughly: the kernel counts its own memory too. */
    @Override
    public long maxMessage() {
        return calls.maxMessage();
    }

    @Override
    public void send(ByteBuffer message) throws IOException, InterruptedException {
        boolean _ = calls.send(message, null, List.of(), Poller.NEVER);
    }

    @Override
    public boolean send(ByteBuffer message, Duration timeout) throws IOException, InterruptedException {
        return calls.send(message, null, List.of(), Poller.deadlineIn(timeout));
    }

    @Override
    public boolean trySend(ByteBuffer message) throws IOException {
        return calls.trySend(message, null, List.of());
    }

    /**
     * Sends a message, and with it what the far side is to have as well; waits for room. The far side gets them by
     * {@link #receiveMessage()}; what it does not take from there is closed.
     *
     * @param what at most {@link SocketMessage#MOST_DESCRIPTORS}
     */
    public void pass(ByteBuffer message, Passable... what) throws IOException, InterruptedException {
        try (Lent lent = Lent.of(what)) {
            boolean _ = calls.send(message, null, lent.descriptors(), Poller.NEVER);
        }
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

    static byte[] bytes(ByteBuffer bytes, SocketMessage message) {
        return MessageCalls.copy(bytes);
    }

    /**
     * Waits for the next message and puts it into a buffer.
     *
     * @return its length, or -1 at the end
     * @throws java.nio.BufferOverflowException when it is longer than the buffer has room; it stays, to be received into a larger one
     */
    public int receive(ByteBuffer dst) throws IOException, InterruptedException {
        return calls.receive(dst);
    }

    /** Waits for the next message, with who sent it and the descriptors that came with it: close what it gives. */
    public Received receiveMessage() throws IOException, InterruptedException {
        return calls.receive(calls::all, Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long. */
    public Optional<Received> receiveMessage(Duration timeout) throws IOException, InterruptedException {
        return calls.receive(calls::all, Poller.deadlineIn(timeout));
    }

    /** The same connection for the far side: both may use it then, and it is closed when both have closed it. */
    @Override
    public Descriptor toPass() throws IOException {
        return DescriptorUse.ask(socket, Descriptor::duplicate);
    }

    /** Ends what we say: the far side receives to the end. What it says can still be received. */
    public void shutdownOutput() throws IOException {
        DescriptorUse.tell(socket, used -> Sockets.shutdownOutput(used, address));
    }

    /** Who the far side was when it connected, or listened, as the kernel knows. */
    public Sockets.Credentials credentials() throws IOException {
        return DescriptorUse.ask(socket, used -> Sockets.credentials(used, address));
    }

    /** Where this side is. */
    public SocketName name() throws IOException {
        return DescriptorUse.ask(socket, used -> Sockets.name(used, address));
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    /** Closes it, both ways. Idempotent; any thread may call it, and whoever waits in it wakes at once. */
    @Override
    public void close() {
        socket.close();
    }

    /** The address, as errors show it. */
    @Override
    public String toString() {
        return address;
    }

    /** What goes to the far side, open until it went. */
    record Lent(List<Descriptor> descriptors) implements AutoCloseable {
        static Lent of(Passable... what) throws IOException {
            List<Descriptor> descriptors = new ArrayList<>();
            Lent lent = new Lent(descriptors);
            try {
                for (Passable each : what) {
                    descriptors.add(each.toPass());
                }
                return lent;
            } catch (IOException | RuntimeException refused) {
                lent.close();
                throw refused;
            }
        }

        @Override
        public void close() {
            descriptors.forEach(Descriptor::close);
        }
    }
}
