package dev.naru.bench;

import dev.naru.bench.echo.EchoGrpc;
import dev.naru.memory.Waiting;
import dev.naru.rpc.RpcChannel;
import dev.naru.rpc.RpcServer;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A server and its client in one process. */
public final class EchoPair implements Closeable {
    private static final int PATIENCE_SECONDS = 10;

    private final Scratch files;
    private final Server server;
    private final ManagedChannel channel;
    private final EchoGrpc.EchoBlockingStub stub;

    private EchoPair(Scratch files, Server server, ManagedChannel channel) {
        this.files = files;
        this.server = server;
        this.channel = channel;
        this.stub = EchoGrpc.newBlockingStub(channel);
    }

    /** What carries their calls. */
    public enum Transport {
        /** Shared memory; who waits spins. */
        SPINNING,
        /** Shared memory; who waits spins a little, then sleeps. */
        ADAPTIVE,
        /** gRPC's own, within a process. */
        IN_PROCESS
    }

    /** Starts the server. */
    static EchoPair open(Transport transport) throws IOException {
        Scratch files = Scratch.create();
        return switch (transport) {
            case SPINNING -> shared(files, Waiting.busy());
            case ADAPTIVE -> shared(files, Waiting.adaptive());
            case IN_PROCESS -> inProcess(files, files.directory().toString());
        };
    }

    private static EchoPair shared(Scratch files, Waiting waiting) throws IOException {
        String address = "rpc:" + files.directory().resolve("echo");
        Server server = RpcServer.builder(address)
                .waiting(waiting)
                .directExecutor()
                .addService(new EchoService())
                .build()
                .start();
        ManagedChannel channel =
                RpcChannel.builder(address).waiting(waiting).directExecutor().build();
        return new EchoPair(files, server, channel);
    }

    private static EchoPair inProcess(Scratch files, String name) throws IOException {
        Server server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(new EchoService())
                .build()
                .start();
        return new EchoPair(
                files,
                server,
                InProcessChannelBuilder.forName(name).directExecutor().build());
    }

    EchoGrpc.EchoBlockingStub stub() {
        return stub;
    }

    @Override
    public void close() throws IOException {
        try (files) {
            boolean _ = channel.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
            boolean _ = server.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
