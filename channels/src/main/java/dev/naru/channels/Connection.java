package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stream of bytes each way, through a socket. A client makes it in two steps of the classic model, socket and connect; a server's
 * {@link Listener} gives one for each client. Then both read and write.
 *
 * {@snippet file="SocketSnippets.java" region="client"}
 *
 * <p>Reading and writing are as {@link InputChannel} and {@link OutputChannel} say: one thread may read while another writes. An interrupt of
 * a thread that waits in either closes the connection, both ways. If this process dies, the kernel closes it: the far side reads what
 * was sent and then the end, or {@link dev.naru.linux.Problem#CONNECTION_RESET} when something that it sent was not read.
 *
 * <p>Thread-safe. After unix(7), tcp(7).
 */
public final class Connection implements InputChannel, OutputChannel, Passable {
    private final Descriptor socket;
    private final String address;
    private final SocketEnd in;
    private final SocketEnd out;

    Connection(Descriptor socket, String address) {
        this.socket = socket;
        this.address = address;
        this.in = new SocketEnd(socket, address);
        this.out = new SocketEnd(socket, address);
    }

    /**
     * Connects to a server, and waits until it is there or refuses. Of a name with several addresses they are tried one after the other.
     *
     * @param address {@code unix:} or {@code tcp:}
     * @throws ErrnoException {@link dev.naru.linux.Problem#NOBODY_LISTENS}, {@link dev.naru.linux.Problem#NOT_FOUND} and others
     * @throws InterruptedException when the thread was interrupted; nothing is connected
     */
    public static Connection connect(Address address) throws IOException, InterruptedException {
        return connect(address, ConnectionOptions.usual());
    }

    /** The same, as those options say. */
    public static Connection connect(Address address, ConnectionOptions options)
            throws IOException, InterruptedException {
        return connect(address, options, Poller.NEVER).orElseThrow();
    }

    /** The same, for at most so long: empty when it was not there in time. */
    public static Optional<Connection> connect(Address address, ConnectionOptions options, Duration timeout)
            throws IOException, InterruptedException {
        return connect(address, options, Poller.deadlineIn(timeout));
    }

    private static Optional<Connection> connect(Address address, ConnectionOptions options, long deadline)
            throws IOException, InterruptedException {
        requireStream(address);
        return Connecting.connect(address, Sockets.Kind.STREAM, options, deadline)
                .map(socket -> new Connection(socket, address.toString()));
    }

    /** What has messages is no stream. */
    static void requireStream(Address address) {
        if (address instanceof Address.Unix unix && unix.kind() != Sockets.Kind.STREAM) {
            throw new AddressException(address.toString(), "it has messages, and is no stream of bytes");
        }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return in.read(dst, Poller.NEVER);
    }

    @Override
    public int read(ByteBuffer dst, Duration timeout) throws IOException {
        return in.read(dst, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryRead(ByteBuffer dst) throws IOException {
        return in.read(dst, DescriptorChannel.AT_ONCE);
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
        return read(dsts, 0, dsts.length);
    }

    /** {@inheritDoc} One recv(2) of at most 64 KiB, through native memory. No buffer may be there twice. */
    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        return in.read(dsts, offset, length);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        return out.write(src, Poller.NEVER);
    }

    @Override
    public int write(ByteBuffer src, Duration timeout) throws IOException {
        return out.write(src, Poller.deadlineIn(timeout));
    }

    @Override
    public int tryWrite(ByteBuffer src) throws IOException {
        return out.write(src, DescriptorChannel.AT_ONCE);
    }

    @Override
    public long write(ByteBuffer[] srcs) throws IOException {
        return write(srcs, 0, srcs.length);
    }

    /** {@inheritDoc} Waits until all is written, as one stream. No buffer may be there twice. */
    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        return out.write(srcs, offset, length);
    }

    /**
     * Writes bytes, and with the first of them what the far side is to have as well; waits until all is written. The far side gets them by
     * {@link #receive}; a {@link #read} drops them. Of a Unix socket.
     *
     * @param bytes at least one
     * @param what at most {@link dev.naru.linux.SocketMessage#MOST_DESCRIPTORS}
     */
    public void pass(ByteBuffer bytes, Passable... what) throws IOException {
        if (!bytes.hasRemaining()) {
            throw new IllegalArgumentException("descriptors go with a byte at least");
        }
        if (name()
                instanceof SocketName.Internet) { // the kernel would send the bytes, and drop the rest without a word
            throw ErrnoException.of(Problem.UNSUPPORTED, Errno.EOPNOTSUPP.number(), "sendmsg", address);
        }
        try (var lent = MessageConnection.Lent.of(what)) {
            out.pass(bytes, lent.descriptors());
        }
    }

    /**
     * Waits for bytes, reads some, at most what the buffer has room for, and takes the descriptors that came with them: they are the
     * caller's to close.
     *
     * @return empty at the end; a list without elements when bytes came alone
     * @throws ErrnoException {@link dev.naru.linux.Problem#TOO_MANY_DESCRIPTORS} when this process may have no more: the bytes came, and what
     *     came with them is lost
     */
    public Optional<List<Descriptor>> receive(ByteBuffer dst) throws IOException {
        return in.receive(dst);
    }

    /** The same connection for the far side: both may use it then, and it is closed when both have closed it. */
    @Override
    public Descriptor toPass() throws IOException {
        return DescriptorUse.ask(socket, Descriptor::duplicate);
    }

    /**
     * A connection that another process has passed, or this one was started with. It is taken over.
     *
     * @param socket connected, of a stream
     */
    public static Connection of(Descriptor socket) {
        return new Connection(socket, socket.toString());
    }

    /** Reads no more: what has come can still be read, and then the end. */
    public void shutdownInput() throws IOException {
        DescriptorUse.tell(socket, used -> Sockets.shutdownInput(used, address));
    }

    /** Ends what we say (shutdown(2)): the far side reads to the end. What it says can still be read. */
    public void shutdownOutput() throws IOException {
        DescriptorUse.tell(socket, used -> Sockets.shutdownOutput(used, address));
    }

    /** Where this side is. */
    public SocketName name() throws IOException {
        return DescriptorUse.ask(socket, used -> Sockets.name(used, address));
    }

    /** Where the far side is. */
    public SocketName peer() throws IOException {
        return DescriptorUse.ask(socket, used -> Sockets.peer(used, address));
    }

    /**
     * Who the far side was when it connected, or listened, as the kernel knows. Of a Unix socket.
     *
     * @throws ErrnoException of a TCP socket {@link dev.naru.linux.Problem#UNSUPPORTED}
     */
    public Sockets.Credentials credentials() throws IOException {
        return DescriptorUse.ask(socket, used -> {
            if (Sockets.name(used, address) instanceof SocketName.Internet) { // where the kernel answers with nobody's
                throw ErrnoException.of(
                        Problem.UNSUPPORTED, Errno.EOPNOTSUPP.number(), "getsockopt(SO_PEERCRED)", address);
            }
            return Sockets.credentials(used, address);
        });
    }

    /** Sets an option. */
    public void set(Sockets.Option option, int value) throws IOException {
        DescriptorUse.tell(socket, used -> Sockets.set(used, option, value, address));
    }

    /** An option as it is now. */
    public int get(Sockets.Option option) throws IOException {
        return DescriptorUse.ask(socket, used -> Sockets.get(used, option, address));
    }

    /** Its descriptor, which stays its own. */
    Descriptor descriptor() {
        return socket;
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
}
