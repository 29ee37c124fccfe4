package dev.naru.rpc;

import dev.naru.channels.Address;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A channel through shared memory. */
final class SharedChannel extends RpcChannel {
    SharedChannel(
            Address.Rpc address,
            Settings settings,
            @Nullable String authority,
            @Nullable String userAgent,
            List<ClientInterceptor> interceptors) {
        throw new UnsupportedOperationException(address + "" + settings);
    }

    @Override
    public void close() {}

    @Override
    public ManagedChannel shutdown() {
        return this;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public ManagedChannel shutdownNow() {
        return this;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }

    @Override
    public <A, B> ClientCall<A, B> newCall(MethodDescriptor<A, B> method, CallOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String authority() {
        return "";
    }
}
