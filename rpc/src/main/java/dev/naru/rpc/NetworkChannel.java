package dev.naru.rpc;

import dev.naru.channels.Address;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stock channel of grpc-netty. */
final class NetworkChannel extends RpcChannel {
    private final ManagedChannel stock;
    private final NetworkEnd end;

    private NetworkChannel(ManagedChannel stock, NetworkEnd end) {
        this.stock = stock;
        this.end = end;
    }

    /**
     * A channel to that address.
     *
     * @param address {@code tcp:}, {@code unix:}, or else a target of gRPC
     * @param more what else its builder is told
     */
    static RpcChannel of(
            String address,
            ChannelCredentials credentials,
            Settings settings,
            @Nullable String authority,
            @Nullable String userAgent,
            List<ClientInterceptor> interceptors,
            List<Consumer<ManagedChannelBuilder<?>>> more) {
        return NetworkEnd.needingNetty(address, loops -> {
            ManagedChannelBuilder<?> builder = address.startsWith("unix:") || address.startsWith("tcp:")
                    ? Netty.channel(Address.parse(address), credentials, loops)
                    : Netty.channel(address, credentials, loops);
            builder.executor(settings.executor())
                    .decompressorRegistry(settings.decompressors())
                    .compressorRegistry(settings.compressors())
                    .maxInboundMessageSize(settings.maxMessage())
                    .maxInboundMetadataSize(settings.maxMetadata())
                    .intercept(interceptors);
            if (userAgent != null) {
                builder.userAgent(userAgent);
            }
            if (authority != null) {
                builder.overrideAuthority(authority);
            }
            more.forEach(setting -> setting.accept(builder));
            ManagedChannel stock = builder.build();
            return new NetworkChannel(stock, new NetworkEnd(settings.grace(), stock::awaitTermination, loops));
        });
    }

    @Override
    public <A, B> ClientCall<A, B> newCall(MethodDescriptor<A, B> method, CallOptions options) {
        return stock.newCall(method, options);
    }

    @Override
    public String authority() {
        return stock.authority();
    }

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        return stock.getState(requestConnection);
    }

    @Override
    public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
        stock.notifyWhenStateChanged(source, callback);
    }

    @Override
    public void resetConnectBackoff() {
        stock.resetConnectBackoff();
    }

    @Override
    public void enterIdle() {
        stock.enterIdle();
    }

    @Override
    public ManagedChannel shutdown() {
        ManagedChannel _ = stock.shutdown();
        end.begin();
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        ManagedChannel _ = stock.shutdownNow();
        end.begin();
        return this;
    }

    @Override
    public boolean isShutdown() {
        return stock.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return stock.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return stock.awaitTermination(timeout, unit);
    }

    @Override
    public void close() {
        ManagedChannel _ = shutdown();
        end.drain(this::shutdownNow);
    }

    @Override
    public String toString() {
        return stock.toString();
    }
}
