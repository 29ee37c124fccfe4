package dev.naru.rpc;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.memory.Waiting;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says how an {@link RpcChannel} is to be. What gRPC's other channels have and shared memory has no use for, as balancing between
 * servers, hedging or keep-alive, is refused in words.
 *
 * <p>Not thread-safe.
 */
public final class RpcChannelBuilder extends ManagedChannelBuilder<RpcChannelBuilder> {
    private static final String SHARED = "rpc:";
    private static final String ONE_SERVER = "a channel over shared memory has one server, on this machine";
    private static final String NO_HTTP = "there is no HTTP/2 between processes that share memory";

    private final String address;
    private final ChannelCredentials credentials;
    private final List<ClientInterceptor> interceptors = new ArrayList<>();

    /** What a stock channel is told besides. */
    private final List<Consumer<ManagedChannelBuilder<?>>> ofNetwork = new ArrayList<>();

    private Executor executor = Threads.A_CALL_EACH;
    private Waiting waiting = Waiting.adaptive();
    private Duration grace = Duration.ofSeconds(10);
    private @Nullable String authority;
    private @Nullable String userAgent;
    private DecompressorRegistry decompressors = DecompressorRegistry.getDefaultInstance();
    private CompressorRegistry compressors = CompressorRegistry.getDefaultInstance();
    private int maxInboundMessageSize = Settings.MAX_MESSAGE;
    private int maxInboundMetadataSize = Settings.MAX_METADATA;

    RpcChannelBuilder(String address, ChannelCredentials credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /** What a thread does that waits for an answer: {@link Waiting#adaptive} unless it is said. Beyond shared memory it says nothing. */
    public RpcChannelBuilder waiting(Waiting policy) {
        this.waiting = policy;
        return this;
    }

    /** How long {@link RpcChannel#close} waits for calls: 10 seconds unless it is said. */
    public RpcChannelBuilder grace(Duration time) {
        this.grace = time;
        return this;
    }

    /** Callbacks run on the thread that reads answers: quickest, and not for callbacks that wait. */
    @Override
    public RpcChannelBuilder directExecutor() {
        return executor(Runnable::run);
    }

    /** Where callbacks run: each call's on a virtual thread of its own unless it is said. */
    @Override
    public RpcChannelBuilder executor(@Nullable Executor callbacks) {
        this.executor = callbacks == null ? Threads.A_CALL_EACH : callbacks;
        return this;
    }

    @Override
    public RpcChannelBuilder intercept(List<ClientInterceptor> more) {
        interceptors.addAll(more);
        return this;
    }

    @Override
    public RpcChannelBuilder intercept(ClientInterceptor... more) {
        return intercept(Arrays.asList(more));
    }

    @Override
    public RpcChannelBuilder userAgent(@Nullable String text) {
        this.userAgent = text;
        return this;
    }

    @Override
    public RpcChannelBuilder overrideAuthority(String text) {
        this.authority = text;
        return this;
    }

    /** What is plain is plain: memory that is shared by two processes needs no encryption. */
    @Override
    public RpcChannelBuilder usePlaintext() {
        return this;
    }

    @Override
    public RpcChannelBuilder decompressorRegistry(DecompressorRegistry registry) {
        this.decompressors = registry;
        return this;
    }

    @Override
    public RpcChannelBuilder compressorRegistry(CompressorRegistry registry) {
        this.compressors = registry;
        return this;
    }

    /** A connection through shared memory costs nothing while it is idle, and stays. */
    @Override
    public RpcChannelBuilder idleTimeout(long value, TimeUnit unit) {
        return this;
    }

    /** The largest message that is taken, in bytes when it is unpacked: 4 MiB unless it is said. */
    @Override
    public RpcChannelBuilder maxInboundMessageSize(int bytes) {
        this.maxInboundMessageSize = Settings.positive(bytes, "maxInboundMessageSize");
        return this;
    }

    /** The largest metadata that are taken, in bytes: 8 KiB unless it is said. */
    @Override
    public RpcChannelBuilder maxInboundMetadataSize(int bytes) {
        this.maxInboundMetadataSize = Settings.positive(bytes, "maxInboundMetadataSize");
        return this;
    }

    /** Accepted, since by itself it changes nothing: retries go by a service config, which is refused. */
    @Override
    public RpcChannelBuilder enableRetry() {
        return this;
    }

    /** Nothing is retried. */
    @Override
    public RpcChannelBuilder disableRetry() {
        return this;
    }

    /** There is no name service to ask for one. */
    @Override
    public RpcChannelBuilder disableServiceConfigLookUp() {
        return this;
    }

    /** Refused: there is one server. */
    @Override
    @Deprecated
    public RpcChannelBuilder nameResolverFactory(NameResolver.Factory factory) {
        throw refused("nameResolverFactory", ONE_SERVER);
    }

    /** Beyond shared memory, where there may be several servers; else refused. */
    @Override
    public RpcChannelBuilder defaultLoadBalancingPolicy(String policy) {
        return onNetwork("defaultLoadBalancingPolicy", ONE_SERVER, stock -> stock.defaultLoadBalancingPolicy(policy));
    }

    /** Beyond shared memory; else refused: it says how to retry, to hedge and to balance. */
    @Override
    public RpcChannelBuilder defaultServiceConfig(@Nullable Map<String, ?> config) {
        return onNetwork(
                "defaultServiceConfig",
                ONE_SERVER + ": it neither retries, hedges nor balances",
                stock -> stock.defaultServiceConfig(config));
    }

    /** Beyond shared memory; else refused: a call goes to one server once. */
    @Override
    public RpcChannelBuilder maxHedgedAttempts(int attempts) {
        return onNetwork(
                "maxHedgedAttempts", ONE_SERVER + ": it does not hedge", stock -> stock.maxHedgedAttempts(attempts));
    }

    /** Beyond shared memory; else refused: a call goes to one server once. */
    @Override
    public RpcChannelBuilder maxRetryAttempts(int attempts) {
        return onNetwork(
                "maxRetryAttempts", ONE_SERVER + ": it does not retry", stock -> stock.maxRetryAttempts(attempts));
    }

    /** Beyond shared memory; else refused: the kernel tells at once when the far side dies. */
    @Override
    public RpcChannelBuilder keepAliveTime(long value, TimeUnit unit) {
        return onNetwork(
                "keepAliveTime",
                NO_HTTP + ", and the kernel tells at once when the server dies",
                stock -> stock.keepAliveTime(value, unit));
    }

    /** Beyond shared memory; else refused: the kernel tells at once when the far side dies. */
    @Override
    public RpcChannelBuilder keepAliveTimeout(long value, TimeUnit unit) {
        return onNetwork(
                "keepAliveTimeout",
                NO_HTTP + ", and the kernel tells at once when the server dies",
                stock -> stock.keepAliveTimeout(value, unit));
    }

    /** Refused: there is nothing to encrypt. */
    @Override
    public RpcChannelBuilder useTransportSecurity() {
        throw refused("useTransportSecurity", NO_HTTP + "; beyond the machine, give ChannelCredentials to the builder");
    }

    private RpcChannelBuilder onNetwork(String what, String why, Consumer<ManagedChannelBuilder<?>> setting) {
        if (address.startsWith(SHARED)) {
            throw refused(what, why);
        }
        ofNetwork.add(setting);
        return this;
    }

    private UnsupportedOperationException refused(String what, String why) {
        return new UnsupportedOperationException(address + ": " + what + ": " + why);
    }

    @Override
    public RpcChannel build() {
        Settings settings = new Settings(
                executor, waiting, grace, decompressors, compressors, maxInboundMessageSize, maxInboundMetadataSize);
        if (address.startsWith(SHARED)) {
            return new SharedChannel(
                    (Address.Rpc) Address.parse(address), settings, authority, userAgent, interceptors);
        }
        if (!address.startsWith("tcp:") && !address.startsWith("unix:") && !address.contains("://")) {
            throw new AddressException(
                    address, "a channel goes to rpc:/NAME, rpc:PATH, tcp:HOST:PORT, unix:PATH or dns:///HOST:PORT");
        }
        return NetworkChannel.of(address, credentials, settings, authority, userAgent, interceptors, ofNetwork);
    }
}
