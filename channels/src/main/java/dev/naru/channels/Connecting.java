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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The client's two steps, socket and connect, of each kind of socket. */
final class Connecting {
    /** Who is full is asked again after so long, where the kernel tells nobody that there is room (unix(7)). */
    static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EINPROGRESS = Errno.EINPROGRESS.number();

    private Connecting() {}

    /** Tries one name after the other; empty when the deadline passed. */
    static Optional<Descriptor> connect(Address address, Sockets.Kind kind, ConnectionOptions options, long deadline)
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
            DescriptorUse.requireUninterrupted();
            if (Poller.isOver(deadline)) {
                return false;
            }
            LockSupport.parkNanos(FULL_NANOS);
            answer = Sockets.connect(socket, name);
        }
        if (answer == -EINPROGRESS) {
            if (!DescriptorUse.await(socket, Poller.Interest.WRITABLE, deadline)) {
                return false;
            }
            answer = -Sockets.pendingError(socket, name.toString());
        }
        if (answer < 0) {
            throw ErrnoException.of(-answer, "connect", name.toString());
        }
        return true;
    }
}
