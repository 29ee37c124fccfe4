package dev.naru.rpc;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import java.io.Closeable;
import java.io.IOException;

/**
 * Serves what implements a generated gRPC service: through shared memory to processes of this machine, or by gRPC's own
 * transport.
 *
 * {@snippet file="RpcSnippets.java" region="server"}
 *
 * <p>The address says which: {@code rpc:/greeter} is found in {@code /dev/shm}, {@code rpc:run/greeter} at that path;
 * {@code tcp:127.0.0.1:7000} and {@code unix:path} are a stock server of grpc-netty, which has to be on the class path then.
 *
 * <p>Who may write the socket's file may connect ({@link RpcServerBuilder#mode}, by itself only this user); the kernel says who
 * that is: {@link #PEER}. When a client's process dies, its calls are cancelled at once. When this process dies, so do all calls
 * in its clients; a new server takes the place over, and they find it.
 *
 * <p>Thread-safe.
 */
public abstract class RpcServer extends Server implements Closeable {
    /** Of a call over shared memory: who the client was when it connected, as the kernel knows. */
    public static final io.grpc.Attributes.Key<dev.naru.linux.Sockets.Credentials> PEER =
            io.grpc.Attributes.Key.create("dev.naru.rpc.peer");

    RpcServer() {}

    /** Serves these at that address from now on, as {@link #builder(String)} makes it if nothing else is said. */
    public static RpcServer listen(String address, BindableService... services) throws IOException {
        RpcServerBuilder builder = builder(address);
        for (BindableService service : services) {
            builder.addService(service);
        }
        return builder.build().start();
    }

    /** For a server of which more is said. Beyond this machine it is in plain text. */
    public static RpcServerBuilder builder(String address) {
        return builder(address, InsecureServerCredentials.create());
    }

    /** The same, with what proves to clients beyond this machine who we are, as {@link io.grpc.TlsServerCredentials}. */
    public static RpcServerBuilder builder(String address, ServerCredentials credentials) {
        return new RpcServerBuilder(address, credentials);
    }

    /** Where it serves, with the port that the kernel chose. */
    public abstract String address();

    @Override
    public abstract RpcServer start() throws IOException;

    @Override
    public abstract RpcServer shutdown();

    @Override
    public abstract RpcServer shutdownNow();

    /**
     * Takes no more clients and tells those that there are, who begin no more calls here; waits for the calls, at most for the
     * {@link RpcServerBuilder#grace grace}, and cancels the rest. An interrupt ends the wait, and the status stays set.
     * Idempotent.
     */
    @Override
    public abstract void close();
}
