package dev.naru.channels;

import dev.naru.linux.Descriptor;
import dev.naru.linux.DirectoryLock;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SocketName;
import dev.naru.linux.Sockets;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

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
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINTR = Errno.EINTR.number();
    private static final int ECONNABORTED = Errno.ECONNABORTED.number();
    private static final int ECONNREFUSED = Errno.ECONNREFUSED.number();

    private final Descriptor socket;
    private final Address address;

    /** Of its file; 0 without one. */
    private final long inode;

    private Listener(Descriptor socket, Address address, long inode) {
        this.socket = socket;
        this.address = address;
        this.inode = inode;
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
        SocketName name = Connection.names(address).getFirst();
        Descriptor socket = Sockets.create(name, Sockets.Kind.STREAM);
        boolean listens = false;
        try {
            options.connections().apply(socket, name, address.toString());
            Listener listener = switch (name) {
                case SocketName.UnixFile file -> inFile(socket, address, file, options);
                case SocketName.Internet internet -> onInternet(socket, (Address.Tcp) address, internet, options);
                default -> {
                    Sockets.bind(socket, name);
                    Sockets.listen(socket, options.backlog(), address.toString());
                    yield new Listener(socket, address, 0);
                }
            };
            listens = true;
            return listener;
        } finally {
            if (!listens) {
                socket.close();
            }
        }
    }

    private static Listener onInternet(
            Descriptor socket, Address.Tcp address, SocketName.Internet name, ListenOptions options)
            throws ErrnoException {
        Sockets.set(socket, Sockets.Option.REUSE_ADDRESS, options.reuse() ? 1 : 0, address.toString());
        Sockets.bind(socket, name);
        Sockets.listen(socket, options.backlog(), address.toString());
        InetSocketAddress bound = ((SocketName.Internet) Sockets.name(socket, address.toString())).address();
        return new Listener(socket, new Address.Tcp(address.host(), bound.getPort()), 0);
    }

    /** From the bind to the listening nobody else of ours looks: to him it would seem that nobody listens. */
    private static Listener inFile(Descriptor socket, Address address, SocketName.UnixFile name, ListenOptions options)
            throws IOException, InterruptedException {
        Path path = name.path();
        Path parent = path.toAbsolutePath().getParent();
        try (DirectoryLock _ = DirectoryLock.take(parent == null ? Path.of("/") : parent, address.toString())) {
            try {
                Sockets.bind(socket, name);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.ADDRESS_IN_USE || !isLeft(name)) {
                    throw refused;
                }
                Files.delete(path);
                Sockets.bind(socket, name);
            }
            var _ = Files.setPosixFilePermissions(path, permissions(options.mode()));
            long inode = FileStatus.ofLink(path).inode();
            Sockets.listen(socket, options.backlog(), address.toString());
            return new Listener(socket, address, inode);
        }
    }

    /** Whether it is a socket on which nobody listens, nor is bound to it. */
    private static boolean isLeft(SocketName.UnixFile name) throws IOException {
        if (FileStatus.ofLink(name.path()).type() != FileStatus.Type.SOCKET) {
            return false;
        }
        try (Descriptor probe = Sockets.create(name, Sockets.Kind.STREAM)) {
            return Sockets.connect(probe, name) == -ECONNREFUSED;
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's read bit down
        for (int i = 0; i < all.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    /** Where it listens, with the port that the kernel chose. */
    public Address address() {
        return address;
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
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (true) {
            Optional<Connection> accepted = tryAccept();
            if (accepted.isPresent() || Poller.isOver(deadline)) {
                return accepted;
            }
            if (!Connection.await(socket, Poller.Interest.READABLE, deadline)) {
                return Optional.empty();
            }
        }
    }

    /** A connection that waits to be accepted, if there is one. */
    public Optional<Connection> tryAccept() throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        try {
            while (true) {
                int answer = Sockets.accept(socket);
                if (answer >= 0) {
                    return Optional.of(new Connection(Descriptor.adopt(answer), address.toString()));
                }
                if (answer == -EAGAIN) {
                    return Optional.empty();
                }
                if (!socket.isOpen()) {
                    throw new AsynchronousCloseException();
                }
                if (answer != -EINTR && answer != -ECONNABORTED) { // gone before it was accepted
                    throw ErrnoException.of(-answer, "accept4", address.toString());
                }
            }
        } finally {
            socket.leave();
        }
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return socket.isOpen();
    }

    /**
     * Listens no more; connections that wait to be accepted are broken, others stay. The file of a Unix socket goes, unless another server
     * has replaced it. Idempotent; any thread may call it, and whoever waits in it wakes at once.
     */
    @Override
    public void close() throws IOException {
        if (!socket.isOpen()) {
            return;
        }
        if (address instanceof Address.UnixFile(Path path)) {
            removeIfOurs(path);
        }
        socket.close();
    }

    /** Before it is closed: as long as it listens, nobody of ours replaces it. */
    private void removeIfOurs(Path path) throws IOException {
        try {
            if (FileStatus.ofLink(path).inode() == inode) {
                boolean _ = Files.deleteIfExists(path);
            }
        } catch (ErrnoException gone) {
            if (gone.problem() != Problem.NOT_FOUND) {
                socket.close();
                throw gone;
            }
        }
    }

    /** The address, as errors show it. */
    @Override
    public String toString() {
        return address.toString();
    }
}
