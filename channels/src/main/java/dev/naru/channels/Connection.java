package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINPROGRESS = Errno.EINPROGRESS.number();

    /** A server whose backlog is full is asked again after so long: the kernel tells nobody that there is room (unix(7)). */
    private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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
        return connectSocket(address, Sockets.Kind.STREAM, options, deadline)
                .map(socket -> new Connection(socket, address.toString()));
    }

    /** What has messages is no stream. */
    static void requireStream(Address address) {
        if (address instanceof Address.Unix unix && unix.kind() != Sockets.Kind.STREAM) {
            throw new AddressException(address.toString(), "it has messages, and is no stream of bytes");
        }
    }

    /** Tries one name after the other; empty when the deadline passed. */
    static Optional<Descriptor> connectSocket(
            Address address, Sockets.Kind kind, ConnectionOptions options, long deadline)
            throws IOException, InterruptedException {
        IOException refusal = null;
        for (SocketName name : names(address)) {
            try {
                return Optional.ofNullable(connect(name, kind, options, deadline));
            } catch (IOException refused) {
                if (refusal != null) {
                    refused.addSuppressed(refusal);
                }
                refusal = refused;
            }
        }
        throw refusal == null ? new UnknownHostException(address.toString()) : refusal;
    }

    /** All that the address may mean, the best first. */
    static List<SocketName> names(Address address) throws IOException {
        return switch (address) {
            case Address.UnixFile unix -> List.of(new SocketName.UnixFile(unix.path()));
            case Address.UnixAbstract unix -> List.of(new SocketName.UnixAbstract(unix.name()));
            case Address.Tcp tcp -> {
                List<SocketName> names = new ArrayList<>();
                for (InetAddress each : lookedUp(tcp)) {
                    names.add(new SocketName.Internet(new InetSocketAddress(each, tcp.port())));
                }
                yield names;
            }
            default -> throw new AddressException(address.toString(), "it is no socket");
        };
    }

    private static InetAddress[] lookedUp(Address.Tcp tcp) throws ErrnoException {
        try {
            return InetAddress.getAllByName(tcp.host());
        } catch (UnknownHostException unknown) {
            throw ErrnoException.of(Problem.UNKNOWN_HOST, tcp.toString());
        }
    }

    /** Null when the deadline passed. */
    private static @Nullable Descriptor connect(
            SocketName name, Sockets.Kind kind, ConnectionOptions options, long deadline)
            throws IOException, InterruptedException {
        Descriptor socket = Sockets.create(name, kind);
        boolean connected = false;
        try {
            options.apply(socket, name, name.toString());
            if (kind != Sockets.Kind.STREAM) {
                Sockets.passCredentials(socket, name.toString()); // before the first message can come
            }
            boolean done = isConnected(socket, name, deadline);
            socket.setNonBlocking(false); // each call says so itself; who gets it passed finds what it expects
            connected = done;
            return connected ? socket : null;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    private static boolean isConnected(Descriptor socket, SocketName name, long deadline)
            throws IOException, InterruptedException {
        int answer = Sockets.connect(socket, name);
        while (answer == -EAGAIN) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (Poller.isOver(deadline)) {
                return false;
            }
            LockSupport.parkNanos(FULL_NANOS);
            answer = Sockets.connect(socket, name);
        }
        if (answer == -EINPROGRESS) {
            if (!await(socket, Poller.Interest.WRITABLE, deadline)) {
                return false;
            }
            answer = -Sockets.pendingError(socket, name.toString());
        }
        if (answer < 0) {
            throw ErrnoException.of(-answer, "connect", name.toString());
        }
        return true;
    }

    /** Waits for a socket by the rules of calls that stay usable; false when the deadline passed. */
    static boolean await(Descriptor socket, Poller.Interest interest, long deadline)
            throws IOException, InterruptedException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        try {
            return switch (Poller.await(socket, interest, deadline)) {
                case READY -> true;
                case TIMED_OUT -> false;
                case INTERRUPTED -> {
                    boolean _ = Thread.interrupted();
                    throw new InterruptedException();
                }
                case CLOSED -> throw new AsynchronousCloseException();
            };
        } finally {
            socket.leave();
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
        return asking(socket::duplicate);
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
        using(() -> Sockets.shutdownInput(socket, address));
    }

    /** Ends what we say (shutdown(2)): the far side reads to the end. What it says can still be read. */
    public void shutdownOutput() throws IOException {
        using(() -> Sockets.shutdownOutput(socket, address));
    }

    /** Where this side is. */
    public SocketName name() throws IOException {
        return asking(() -> Sockets.name(socket, address));
    }

    /** Where the far side is. */
    public SocketName peer() throws IOException {
        return asking(() -> Sockets.peer(socket, address));
    }

    /**
     * Who the far side was when it connected, or listened, as the kernel knows. Of a Unix socket.
     *
     * @throws ErrnoException of a TCP socket {@link dev.naru.linux.Problem#UNSUPPORTED}
     */
    public Sockets.Credentials credentials() throws IOException {
        return asking(() -> {
            if (Sockets.name(socket, address)
                    instanceof SocketName.Internet) { // where the kernel answers with nobody's
                throw ErrnoException.of(
                        Problem.UNSUPPORTED, Errno.EOPNOTSUPP.number(), "getsockopt(SO_PEERCRED)", address);
            }
            return Sockets.credentials(socket, address);
        });
    }

    /** Sets an option. */
    public void set(Sockets.Option option, int value) throws IOException {
        using(() -> Sockets.set(socket, option, value, address));
    }

    /** An option as it is now. */
    public int get(Sockets.Option option) throws IOException {
        return asking(() -> Sockets.get(socket, option, address));
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private interface Step {
        void go() throws IOException;
    }

    private <T> T asking(Question<T> question) throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        try {
            return question.ask();
        } finally {
            socket.leave();
        }
    }

    private void using(Step step) throws IOException {
        var _ = asking(() -> {
            step.go();
            return true;
        });
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
