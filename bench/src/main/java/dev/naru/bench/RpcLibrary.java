package dev.naru.bench;

import dev.naru.bench.Work.Wait;
import dev.naru.memory.Waiting;
import dev.naru.rpc.RpcChannel;
import dev.naru.rpc.RpcServer;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What carries the calls of generated stubs. A JVM has only one kind, so that the compiler inlines its calls. */
enum RpcLibrary {
    /** Ours, through shared memory. */
    NARU {
        @Override
        String serve(BindableService service, Path folder, Wait wait) throws IOException {
            RpcServer server = RpcServer.builder("rpc:" + folder.resolve("echo"))
                    .waiting(waiting(wait))
                    .directExecutor()
                    .addService(service)
                    .build()
                    .start();
            return server.address();
        }

        @Override
        ManagedChannel connect(String address, Wait wait) {
            return RpcChannel.builder(address)
                    .waiting(waiting(wait))
                    .directExecutor()
                    .build();
        }
    },

    /** grpc-netty through TCP on 127.0.0.1. */
    GRPC_TCP {
        @Override
        String serve(BindableService service, Path folder, Wait wait) throws IOException {
            InetSocketAddress any = new InetSocketAddress(loopback(), 0);
            NettyServerBuilder builder = NettyServerBuilder.forAddress(any).channelType(EpollServerSocketChannel.class);
            return Integer.toString(started(builder, service).getPort());
        }

        @Override
        ManagedChannel connect(String address, Wait wait) throws IOException {
            InetSocketAddress server = new InetSocketAddress(loopback(), Integer.parseInt(address));
            return built(NettyChannelBuilder.forAddress(server).channelType(EpollSocketChannel.class));
        }
    },

    /** grpc-netty through a Unix socket with a file. */
    GRPC_UNIX {
        @Override
        String serve(BindableService service, Path folder, Wait wait) throws IOException {
            String file = folder.resolve("echo").toString();
            var _ = started(
                    NettyServerBuilder.forAddress(new DomainSocketAddress(file))
                            .channelType(EpollServerDomainSocketChannel.class),
                    service);
            return file;
        }

        @Override
        ManagedChannel connect(String address, Wait wait) {
            return built(NettyChannelBuilder.forAddress(new DomainSocketAddress(address))
                    .channelType(EpollDomainSocketChannel.class)
                    .overrideAuthority("localhost"));
        }
    };

    /** What JVMs are started with: Netty and protobuf use the JDK's Unsafe. */
    static final List<String> OPTIONS = List.of("--sun-misc-unsafe-memory-access=allow");

    /** By the name that races call it. */
    static RpcLibrary named(String peer) {
        return valueOf(peer.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /**
     * Serves as long as this JVM lives.
     *
     * @param folder where it may make files
     * @param wait what ours does while nothing comes
     * @return where it is to be called
     */
    abstract String serve(BindableService service, Path folder, Wait wait) throws IOException;

    /** A channel there. */
    abstract ManagedChannel connect(String address, Wait wait) throws IOException;

    /** grpc-netty's best, found by trying (docs/performance.md): callbacks on the one thread that has the connection. */
    private static io.grpc.Server started(NettyServerBuilder builder, BindableService service) throws IOException {
        EventLoopGroup loop = loop();
        return builder.bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .directExecutor()
                .addService(service)
                .build()
                .start();
    }

    private static ManagedChannel built(NettyChannelBuilder builder) {
        return builder.eventLoopGroup(loop()).directExecutor().usePlaintext().build();
    }

    private static EventLoopGroup loop() {
        return new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static Waiting waiting(Wait wait) {
        return switch (wait) {
            case SPIN -> Waiting.busy();
            case ADAPTIVE -> Waiting.adaptive();
            case PARK -> Waiting.park();
        };
    }
}
