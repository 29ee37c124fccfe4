package dev.naru.rpc;

import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.util.List;

/** A stock server of grpc-netty. */
final class NetworkServer {
    private NetworkServer() {}

    static RpcServer of(
            String address,
            ServerCredentials credentials,
            Settings settings,
            ServiceTable table,
            List<ServerTransportFilter> filters,
            List<ServerStreamTracer.Factory> tracers) {
        if (address.isEmpty()) {
            return java.util.Objects.requireNonNull(null);
        }
        throw new UnsupportedOperationException(address);
    }
}
