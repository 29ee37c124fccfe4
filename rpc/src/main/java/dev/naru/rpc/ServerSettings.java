package dev.naru.rpc;

import dev.naru.linux.Sockets;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a server over shared memory is told.
 *
 * @param mode permission bits of its socket's file
 * @param admission who is let in
 * @param maxCalls of one connection, at once
 * @param ringBytes of each of a connection's two rings
 * @param handshake how long a client may take to say its first words
 */
record ServerSettings(
        Settings common,
        int mode,
        Predicate<Sockets.Credentials> admission,
        int maxConnections,
        int maxCalls,
        int ringBytes,
        Duration handshake,
        List<ServerTransportFilter> filters,
        List<ServerStreamTracer.Factory> tracers) {
    static final int MAX_CONNECTIONS = 1_000;
    static final int MAX_CALLS = 10_000;
    static final int RING_BYTES = 1 << 20;
    static final int LEAST_RING = 1 << 16;
    static final int MOST_RING = 1 << 30;
}
