package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.Sockets;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serial;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** All that is said to Netty. Loaded only where an address needs it. */
final class Netty {
    /** What a client of a Unix socket calls the server, since a path is no authority: as other gRPCs do. */
    private static final String LOCAL = "localhost";

    private Netty() {}

    /** A channel to a target of gRPC, such as {@code dns:///host:port}. */
    static ManagedChannelBuilder<?> channel(String target, ChannelCredentials credentials, Loops loops) {
        return NettyChannelBuilder.forTarget(target, credentials)
                .eventLoopGroup(loops.group)
                .channelType(loops.epoll ? EpollSocketChannel.class : NioSocketChannel.class);
    }

    /** A channel to an address of ours. */
    static ManagedChannelBuilder<?> channel(Address address, ChannelCredentials credentials, Loops loops) {
        if (address instanceof Address.Tcp tcp) {
            return NettyChannelBuilder.forAddress(tcp.host(), tcp.port(), credentials)
                    .eventLoopGroup(loops.group)
                    .channelType(loops.epoll ? EpollSocketChannel.class : NioSocketChannel.class);
        }
        return NettyChannelBuilder.forAddress(socket(address), credentials)
                .eventLoopGroup(loops.groupForUnix(address))
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .withOption(ChannelOption.SO_KEEPALIVE, null) // which gRPC asks for, and Netty warns of
                .overrideAuthority(LOCAL);
    }

    /** A server at an address of ours. */
    static ServerBuilder<?> server(Address address, ServerCredentials credentials, Loops loops) {
        NettyServerBuilder builder = address instanceof Address.Tcp tcp
                ? NettyServerBuilder.forAddress(new InetSocketAddress(tcp.host(), tcp.port()), credentials)
                        .channelType(loops.epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                : NettyServerBuilder.forAddress(served(address), credentials)
                        .channelType(EpollServerDomainSocketChannel.class)
                        .withChildOption(ChannelOption.SO_KEEPALIVE, null);
        EventLoopGroup group = address instanceof Address.Tcp ? loops.group : loops.groupForUnix(address);
        return builder.bossEventLoopGroup(group).workerEventLoopGroup(group);
    }

    private static DomainSocketAddress socket(Address address) {
        if (address instanceof Address.Unix unix && unix.kind() != Sockets.Kind.STREAM) {
            throw new AddressException(address.toString(), "gRPC goes through a stream: leave ?type= out");
        }
        return switch (address) {
            case Address.UnixFile file -> new DomainSocketAddress(file.path().toString());
            case Address.UnixAbstract name -> new DomainSocketAddress("\0" + name.name());
            default -> throw new AddressException(address.toString(), "calls go to rpc:, unix:, tcp: or dns:///");
        };
    }

    private static DomainSocketAddress served(Address address) {
        DomainSocketAddress socket = socket(address);
        return address instanceof Address.UnixFile ? new FileAddress(socket.path()) : socket;
    }

    /** The server has begun: from now on the file of its socket is ours to remove. */
    static void keepFile(Server started) {
        for (SocketAddress socket : started.getListenSockets()) {
            if (socket instanceof FileAddress file) {
                file.bound = true;
            }
        }
    }

    /** What a server was refused, in our words where the kernel said why. */
    static IOException told(IOException refused, String address) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return ErrnoException.of(Problem.UNKNOWN_HOST, address);
            }
            String text = String.valueOf(cause.getMessage());
            if (cause instanceof BindException || text.contains("bind")) {
                for (Errno errno : new Errno[] {
                    Errno.EADDRINUSE, Errno.EACCES, Errno.EADDRNOTAVAIL, Errno.ENOENT, Errno.ENAMETOOLONG
                }) {
                    if (text.contains(errno.text())) {
                        return ErrnoException.of(errno.number(), "bind", address);
                    }
                }
            }
        }
        return refused;
    }

    /**
     * The path of a server's socket, until Netty removes the file: it does so when it has closed the socket, and by then the file may be
     * another server's that has replaced this one.
     */
    private static final class FileAddress extends DomainSocketAddress {
        @Serial
        private static final long serialVersionUID = 1;

        private volatile boolean bound;

        FileAddress(String path) {
            super(path);
        }

        @Override
        public String path() {
            return bound ? "" : super.path();
        }
    }

    /**
     * Threads that wait for sockets. All channels and servers of the process share them, and the last one ends them; gRPC's own would stay
     * after a server that could not bind.
     */
    static final class Loops implements Closeable {
        private static @Nullable EventLoopGroup shared;
        private static int users;

        private final EventLoopGroup group;
        private final boolean epoll = Epoll.isAvailable();
        private final AtomicBoolean closed = new AtomicBoolean();

        private Loops(EventLoopGroup group) {
            this.group = group;
        }

        /** For one user more. */
        static synchronized Loops take() {
            EventLoopGroup group = shared;
            if (group == null) {
                group = new MultiThreadIoEventLoopGroup(
                        Runtime.getRuntime().availableProcessors(),
                        new DefaultThreadFactory("naru-rpc-net", true),
                        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
                shared = group;
            }
            users++;
            return new Loops(group);
        }

        private EventLoopGroup groupForUnix(Address address) {
            if (!epoll) {
                throw new IllegalStateException(
                        address + ": Unix sockets need io.netty:netty-transport-native-epoll on the class path, of"
                                + " classifier linux-x86_64 or linux-aarch_64",
                        Epoll.unavailabilityCause());
            }
            return group;
        }

        private static synchronized void giveBack(EventLoopGroup group) {
            users--;
            if (users == 0) {
                shared = null;
                var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            }
        }

        /** Idempotent. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                giveBack(group);
            }
        }
    }
}
