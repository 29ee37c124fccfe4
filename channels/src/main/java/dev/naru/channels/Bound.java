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
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A socket that has a name, and listens at it where its kind has connections.
 *
 * @param socket its descriptor
 * @param address with the port that the kernel chose
 * @param inode of its file; 0 without one
 */
record Bound(Descriptor socket, Address address, long inode) implements Closeable {
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINTR = Errno.EINTR.number();
    private static final int ECONNABORTED = Errno.ECONNABORTED.number();

    static Bound bind(Address address, Sockets.Kind kind, ListenOptions options)
            throws IOException, InterruptedException {
        SocketName name = Connecting.names(address).getFirst();
        Descriptor socket = Sockets.create(name, kind);
        boolean done = false;
        try {
            options.connections().apply(socket, name, address.toString());
            if (kind != Sockets.Kind.STREAM) {
                Sockets.passCredentials(socket, address.toString()); // before the first message can come
            }
            Bound bound = switch (name) {
                case SocketName.UnixFile file -> inFile(socket, address, file, kind, options);
                case SocketName.Internet _ -> {
                    Sockets.set(socket, Sockets.Option.REUSE_ADDRESS, options.reuse() ? 1 : 0, address.toString());
                    bindAndListen(socket, name, address, kind, options);
                    yield new Bound(socket, withPort((Address.Tcp) address, socket), 0);
                }
                default -> {
                    bindAndListen(socket, name, address, kind, options);
                    yield new Bound(socket, address, 0);
                }
            };
            done = true;
            return bound;
        } finally {
            if (!done) {
                socket.close();
            }
        }
    }

    private static void bindAndListen(
            Descriptor socket, SocketName name, Address address, Sockets.Kind kind, ListenOptions options)
            throws ErrnoException {
        Sockets.bind(socket, name);
        listen(socket, address, kind, options);
    }

    private static void listen(Descriptor socket, Address address, Sockets.Kind kind, ListenOptions options)
            throws ErrnoException {
        if (kind != Sockets.Kind.DATAGRAM) {
            Sockets.listen(socket, options.backlog(), address.toString());
        }
    }

    private static Address withPort(Address.Tcp address, Descriptor socket) throws ErrnoException {
        InetSocketAddress bound = ((SocketName.Internet) Sockets.name(socket, address.toString())).address();
        return new Address.Tcp(address.host(), bound.getPort());
    }

    private static Bound inFile(
            Descriptor socket, Address address, SocketName.UnixFile name, Sockets.Kind kind, ListenOptions options)
            throws IOException, InterruptedException {
        Path path = name.path();
        try {
            Sockets.bind(socket, name);
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.ADDRESS_IN_USE || !Sockets.isLeft(name)) {
                throw refused;
            }
            replace(socket, address, name);
        }
        try {
            long inode = FileStatus.ofLink(path).inode();
            var _ = Files.setPosixFilePermissions(path, permissions(options.mode()));
            listen(socket, address, kind, options);
            return new Bound(socket, address, inode);
        } catch (IOException | RuntimeException refused) {
            boolean _ = Files.deleteIfExists(path);
            throw refused;
        }
    }

    /**
     * The one before us is gone and its file left. Of several that find it so, one removes it while the others wait, or a new one's file
     * would go too: nobody can bind as long as it is there, and only who holds the lock removes it.
     */
    private static void replace(Descriptor socket, Address address, SocketName.UnixFile name)
            throws IOException, InterruptedException {
        Path parent = name.path().toAbsolutePath().getParent();
        try (DirectoryLock _ = DirectoryLock.take(parent == null ? Path.of("/") : parent, address.toString())) {
            if (Sockets.isLeft(name)) {
                boolean _ = Files.deleteIfExists(name.path());
            }
            Sockets.bind(socket, name);
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

    /** Empty when the deadline passed. */
    Optional<Descriptor> accept(long deadline) throws IOException, InterruptedException {
        return DescriptorUse.retry(socket, Poller.Interest.READABLE, deadline, this::tryAccept);
    }

    /** One that waits to be accepted, if there is one. */
    Optional<Descriptor> tryAccept() throws IOException {
        if (!socket.enter()) {
            throw new ClosedChannelException();
        }
        try {
            while (true) {
                int answer = Sockets.accept(socket);
                if (answer >= 0) {
                    return Optional.of(Descriptor.adopt(answer));
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

    /** The file goes, unless another one has replaced it. Idempotent. */
    @Override
    public void close() throws IOException {
        if (!socket.isOpen()) {
            return;
        }
        if (address instanceof Address.UnixFile file) {
            removeIfOurs(file.path());
        }
        socket.close();
    }

    /** Before it is closed: as long as it is bound, nobody of ours replaces it. */
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
}
