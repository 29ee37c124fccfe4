package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.linux.Sockets;
import dev.naru.memory.Waiting;
import io.grpc.BindableService;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.HandlerRegistry;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.io.File;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says how an {@link RpcServer} is to be. What gRPC's other servers have and shared memory has no use for is refused in words.
 *
 * <p>Not thread-safe.
 */
public final class RpcServerBuilder extends ServerBuilder<RpcServerBuilder> {
    private static final int OWNER_ONLY = 0600;
    private static final String NO_HTTP = "there is no HTTP/2 between processes that share memory";

    private final String address;
    private final ServerCredentials credentials;
    private final List<ServerServiceDefinition> services = new ArrayList<>();
    private final List<ServerInterceptor> interceptors = new ArrayList<>();
    private final List<ServerTransportFilter> filters = new ArrayList<>();
    private final List<ServerStreamTracer.Factory> tracers = new ArrayList<>();
    private @Nullable HandlerRegistry fallback;
    /** What was said that shared memory alone has. */
    private final List<String> ofSharedMemory = new ArrayList<>();

    private Executor executor = Threads.A_CALL_EACH;
    private Waiting waiting = Waiting.adaptive();
    private Duration grace = Duration.ofSeconds(10);
    private int mode = OWNER_ONLY;
    private Predicate<Sockets.Credentials> admission = _ -> true;
    private int maxConnections = ServerSettings.MAX_CONNECTIONS;
    private int maxCalls = ServerSettings.MAX_CALLS;
    private int ringBytes = ServerSettings.RING_BYTES;
    private Duration handshake = Duration.ofSeconds(20);
    private DecompressorRegistry decompressors = DecompressorRegistry.getDefaultInstance();
    private CompressorRegistry compressors = CompressorRegistry.getDefaultInstance();
    private int maxInboundMessageSize = Settings.MAX_MESSAGE;
    private int maxInboundMetadataSize = Settings.MAX_METADATA;

    RpcServerBuilder(String address, ServerCredentials credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /** What the thread of a connection does while nothing comes: {@link Waiting#adaptive} unless it is said. Beyond shared memory it says nothing. */
    public RpcServerBuilder waiting(Waiting policy) {
        this.waiting = policy;
        return this;
    }

    /** How long {@link RpcServer#close} waits for calls: 10 seconds unless it is said. */
    public RpcServerBuilder grace(Duration time) {
        this.grace = time;
        return this;
    }

    /** Permission bits of the socket's file: who may write it may connect. 0600 unless it is said. */
    public RpcServerBuilder mode(int bits) {
        boolean _ = ofSharedMemory.add("mode");
        this.mode = bits;
        return this;
    }

    /** Who is let in, of those who may connect: by uid, gid and pid as the kernel tells them. All unless it is said. */
    public RpcServerBuilder admit(Predicate<Sockets.Credentials> whom) {
        boolean _ = ofSharedMemory.add("admit");
        this.admission = whom;
        return this;
    }

    /** How many connections there may be at once: 1,000 unless it is said. Each has two rings and a thread. */
    public RpcServerBuilder maxConnections(int number) {
        boolean _ = ofSharedMemory.add("maxConnections");
        this.maxConnections = Settings.positive(number, "maxConnections");
        return this;
    }

    /** How many calls a connection may have under way at once: 10,000 unless it is said. */
    public RpcServerBuilder maxConcurrentCallsPerConnection(int number) {
        boolean _ = ofSharedMemory.add("maxConcurrentCallsPerConnection");
        this.maxCalls = Settings.positive(number, "maxConcurrentCallsPerConnection");
        return this;
    }

    /**
     * The bytes of a connection's ring, one each way: a power of two from 64 KiB to 1 GiB, 1 MiB unless it is said. All are reserved
     * when a client connects.
     */
    public RpcServerBuilder ringBytes(int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes < ServerSettings.LEAST_RING || bytes > ServerSettings.MOST_RING) {
            throw new IllegalArgumentException("a ring has a power of two of bytes, from " + ServerSettings.LEAST_RING
                    + " to " + ServerSettings.MOST_RING + ", not " + bytes);
        }
        boolean _ = ofSharedMemory.add("ringBytes");
        this.ringBytes = bytes;
        return this;
    }

    /**
     * Services run on the thread that reads a connection's calls: quickest, and not for services that wait, since that
     * connection's other calls wait too.
     */
    @Override
    public RpcServerBuilder directExecutor() {
        return executor(Runnable::run);
    }

    /** Where services run: each call on a virtual thread of its own unless it is said. */
    @Override
    public RpcServerBuilder executor(@Nullable Executor callbacks) {
        this.executor = callbacks == null ? Threads.A_CALL_EACH : callbacks;
        return this;
    }

    @Override
    public RpcServerBuilder addService(ServerServiceDefinition service) {
        services.add(service);
        return this;
    }

    @Override
    public RpcServerBuilder addService(BindableService service) {
        return addService(service.bindService());
    }

    @Override
    public RpcServerBuilder intercept(ServerInterceptor interceptor) {
        interceptors.add(interceptor);
        return this;
    }

    @Override
    public RpcServerBuilder addTransportFilter(ServerTransportFilter filter) {
        filters.add(filter);
        return this;
    }

    @Override
    public RpcServerBuilder addStreamTracerFactory(ServerStreamTracer.Factory factory) {
        tracers.add(factory);
        return this;
    }

    @Override
    public RpcServerBuilder fallbackHandlerRegistry(@Nullable HandlerRegistry registry) {
        this.fallback = registry;
        return this;
    }

    @Override
    public RpcServerBuilder decompressorRegistry(@Nullable DecompressorRegistry registry) {
        this.decompressors = registry == null ? DecompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    @Override
    public RpcServerBuilder compressorRegistry(@Nullable CompressorRegistry registry) {
        this.compressors = registry == null ? CompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    /** How long a client may take from its connect to its first words: 20 seconds unless it is said. */
    @Override
    public RpcServerBuilder handshakeTimeout(long value, TimeUnit unit) {
        boolean _ = ofSharedMemory.add("handshakeTimeout");
        this.handshake = Duration.of(value, unit.toChronoUnit());
        return this;
    }

    /** The largest message that is taken, in bytes when it is unpacked: 4 MiB unless it is said. */
    @Override
    public RpcServerBuilder maxInboundMessageSize(int bytes) {
        this.maxInboundMessageSize = Settings.positive(bytes, "maxInboundMessageSize");
        return this;
    }

    /** The largest metadata that are taken, in bytes: 8 KiB unless it is said. */
    @Override
    public RpcServerBuilder maxInboundMetadataSize(int bytes) {
        this.maxInboundMetadataSize = Settings.positive(bytes, "maxInboundMetadataSize");
        return this;
    }

    /** Refused: there is nothing to encrypt. */
    @Override
    public RpcServerBuilder useTransportSecurity(File certificates, File key) {
        throw refused(
                "useTransportSecurity", "give ServerCredentials to the builder, for addresses beyond the machine");
    }

    /** Refused: there is nothing to encrypt. */
    @Override
    public RpcServerBuilder useTransportSecurity(InputStream certificates, InputStream key) {
        throw refused(
                "useTransportSecurity", "give ServerCredentials to the builder, for addresses beyond the machine");
    }

    /** Refused: the kernel tells at once when a client dies. */
    @Override
    public RpcServerBuilder keepAliveTime(long value, TimeUnit unit) {
        throw refused("keepAliveTime", NO_HTTP + ", and the kernel tells at once when a client dies");
    }

    /** Refused: the kernel tells at once when a client dies. */
    @Override
    public RpcServerBuilder keepAliveTimeout(long value, TimeUnit unit) {
        throw refused("keepAliveTimeout", NO_HTTP + ", and the kernel tells at once when a client dies");
    }

    private UnsupportedOperationException refused(String what, String why) {
        return new UnsupportedOperationException(address + ": " + what + ": " + why);
    }

    @Override
    public RpcServer build() {
        Settings settings = new Settings(
                executor, waiting, grace, decompressors, compressors, maxInboundMessageSize, maxInboundMetadataSize);
        ServiceTable table = new ServiceTable(services, interceptors, fallback);
        if (address.startsWith("rpc:")) {
            ServerSettings server = new ServerSettings(
                    settings,
                    mode,
                    admission,
                    maxConnections,
                    maxCalls,
                    ringBytes,
                    handshake,
                    List.copyOf(filters),
                    List.copyOf(tracers));
            return new SharedServer((Address.Rpc) Address.parse(address), server, table);
        }
        if (!ofSharedMemory.isEmpty()) {
            throw refused(ofSharedMemory.getFirst(), "only a server over shared memory, at an address rpc:, has it");
        }
        return NetworkServer.of(address, credentials, settings, table, List.copyOf(filters), List.copyOf(tracers));
    }
}
