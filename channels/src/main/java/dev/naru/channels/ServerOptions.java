package dev.naru.channels;

import java.time.Duration;

/**
 * How a {@link SocketServer} serves.
 *
 * @param listen how it listens; its backlog is where those wait who come when all connections are taken
 * @param mostConnections how many are served at once
 * @param grace how long {@link SocketServer#close} waits for those that are being served
 */
public record ServerOptions(ListenOptions listen, int mostConnections, Duration grace) {
    private static final int USUAL_CONNECTIONS = 10_000;
    private static final Duration USUAL_GRACE = Duration.ofSeconds(10);

    /** Refuses a server without connections, and a negative time. */
    public ServerOptions {
        if (mostConnections < 1) {
            throw new IllegalArgumentException(mostConnections + " connections");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace of " + grace);
        }
    }

    /** 10,000 connections, and 10 seconds of grace. */
    public static ServerOptions usual() {
        return new ServerOptions(ListenOptions.usual(), USUAL_CONNECTIONS, USUAL_GRACE);
    }

    /** The same, listening so. */
    public ServerOptions withListen(ListenOptions options) {
        return new ServerOptions(options, mostConnections, grace);
    }

    /** The same with another limit. */
    public ServerOptions withMostConnections(int number) {
        return new ServerOptions(listen, number, grace);
    }

    /** The same with another time for those that are being served. */
    public ServerOptions withGrace(Duration time) {
        return new ServerOptions(listen, mostConnections, time);
    }
}
