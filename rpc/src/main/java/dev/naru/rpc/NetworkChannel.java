package dev.naru.rpc;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stock channel of grpc-netty. */
final class NetworkChannel {
    private NetworkChannel() {}

    static RpcChannel of(
            String address,
            ChannelCredentials credentials,
            Settings settings,
            @Nullable String authority,
            @Nullable String userAgent,
            List<ClientInterceptor> interceptors) {
        if (address.isEmpty()) {
            return java.util.Objects.requireNonNull(null);
        }
        throw new UnsupportedOperationException(address);
    }
}
