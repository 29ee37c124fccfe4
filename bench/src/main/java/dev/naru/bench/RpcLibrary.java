package dev.naru.bench;

import dev.naru.bench.Work.Wait;
import dev.naru.memory.Waiting;
import dev.naru.rpc.RpcChannel;
import dev.naru.rpc.RpcServer;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
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
            return Integer.toString(started(builder, wait, service).getPort());
        }

        @Override
        ManagedChannel connect(String address, Wait wait) throws IOException {
            InetSocketAddress server = new InetSocketAddress(loopback(), Integer.parseInt(address));
            return built(NettyChannelBuilder.forAddress(server).channelType(EpollSocketChannel.class), wait);
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
                    wait,
                    service);
            return file;
        }

        @Override
        ManagedChannel connect(String address, Wait wait) {
            return built(
                    NettyChannelBuilder.forAddress(new DomainSocketAddress(address))
                            .channelType(EpollDomainSocketChannel.class)
                            .overrideAuthority("localhost"),
                    wait);
        }
    };

    private static final int MIB = 1 << 20;

    /** What may be under way before the far side says that it has taken some. */
    private static final int WINDOW = 4 * MIB;

    /** What JVMs are started with: Netty and protobuf use the JDK's Unsafe, and log by SLF4J, to which nobody listens. */
    static final List<String> OPTIONS =
            List.of("--sun-misc-unsafe-memory-access=allow", "-Dslf4j.internal.verbosity=ERROR");

    /** By the name that races call it. */
    static RpcLibrary named(String peer) {
        return valueOf(peer.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /**
     * Serves as long as this JVM lives.
     *
     * @param folder where it may make files
     * @param wait what who has nothing to do does; of the peers' only whether it spins counts
     * @return where it is to be called
     */
    abstract String serve(BindableService service, Path folder, Wait wait) throws IOException;

    /** A channel there. */
    abstract ManagedChannel connect(String address, Wait wait) throws IOException;

    /** grpc-netty's best, found by trying (docs/performance.md): callbacks on the one thread that has the connection. */
    private static Server started(NettyServerBuilder builder, Wait wait, BindableService service) throws IOException {
        EventLoopGroup loop = loop(wait);
        return builder.bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, reads())
                .flowControlWindow(WINDOW)
                .directExecutor()
                .addService(service)
                .build()
                .start();
    }

    private static ManagedChannel built(NettyChannelBuilder builder, Wait wait) {
        return builder.eventLoopGroup(loop(wait))
                .withOption(ChannelOption.RECVBUF_ALLOCATOR, reads())
                .flowControlWindow(WINDOW)
                .directExecutor()
                .usePlaintext()
                .build();
    }

    /** What is read at a time, which else is 64 KiB at most. */
    private static RecvByteBufAllocator reads() {
        return new AdaptiveRecvByteBufAllocator(2 * 1024, 64 * 1024, MIB);
    }

    private static EventLoopGroup loop(Wait wait) {
        SelectStrategyFactory strategy = wait == Wait.SPIN
                ? () -> (ready, hasTasks) -> hasTasks ? ready.get() : SelectStrategy.BUSY_WAIT
                : DefaultSelectStrategyFactory.INSTANCE;
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("loop", true), EpollIoHandler.newFactory(0, strategy));
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
