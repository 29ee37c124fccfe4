package dev.naru.rpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.Closeable;

/**
 * The channel of generated gRPC stubs: through shared memory to a server on this machine, and by gRPC's own transport to any
 * other.
 *
 * {@snippet file="RpcSnippets.java" region="client"}
 *
 * <p>The address says which: {@code rpc:/greeter} (a name) and {@code rpc:run/greeter} (a path) are shared memory;
 * {@code dns:///host:port}, {@code tcp:host:port} and {@code unix:path} wrap a stock channel of grpc-netty, which has to be on
 * the class path then.
 *
 * <p>As any channel of gRPC it connects with the first call, and again when the server has come back. Without a server a call
 * ends at once with {@code UNAVAILABLE}, unless it {@link io.grpc.CallOptions#withWaitForReady waits for one}. When the
 * server's process dies, its calls end at once with {@code UNAVAILABLE}; what it had answered before is delivered.
 *
 * <p>Thread-safe. The bytes are {@code docs/layouts/rpc.md}.
 */
public abstract class RpcChannel extends ManagedChannel implements Closeable {
    RpcChannel() {}

    /**
     * A channel to that address, as {@link #builder(String)} makes one if nothing else is said. It does not look whether there
     * is a server.
     */
    public static RpcChannel connect(String address) {
        return builder(address).build();
    }

    /** For a channel of which more is said. Beyond this machine it is in plain text. */
    public static RpcChannelBuilder builder(String address) {
        return builder(address, InsecureChannelCredentials.create());
    }

    /**
     * The same, with what proves who the server is, as {@link io.grpc.TlsChannelCredentials}. On shared memory the kernel tells who
     * the far side is, and credentials are for addresses beyond it.
     */
    public static RpcChannelBuilder builder(String address, ChannelCredentials credentials) {
        return new RpcChannelBuilder(address, credentials);
    }

    /**
     * Takes no more calls, waits for those that there are, at most for the {@link RpcChannelBuilder#grace grace}, and
     * cancels the rest. An interrupt ends the wait, and the status stays set. Idempotent.
     */
    @Override
    public abstract void close();
}
