package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A server of many connections: one loop accepts them, and each has a handler on a virtual thread of its own.
 *
 * {@snippet file="SocketSnippets.java" region="handlers"}
 *
 * <p><b>Back-pressure.</b> When as many are served as may be, no more is accepted: who comes waits in the kernel's backlog, and when that is
 * full in his connect. When the process has no descriptor left, it accepts again as soon as a connection ends.
 *
 * <p><b>Handlers.</b> The connection is closed when its handler returns or throws. What it throws concerns its connection alone and is logged
 * (System.Logger, of this class's name); a far side that has gone is no more than a debug line.
 *
 * <p><b>Close</b> is graceful: it listens no more, lets the handlers read what has come and then the end, waits for them as long as
 * {@link ServerOptions#grace} says, and closes what is left, which interrupts the handlers. A handler that closes the server waits for itself so
 * long. Thread-safe.
 */
public final class SocketServer implements Closeable {
    private static final Logger LOG = System.getLogger(SocketServer.class.getName());

    /** How often one without descriptors looks whether others have closed some, when none of its own connections ends. */
    private static final long PAUSE_MILLIS = 100;

    private final Listener listener;
    private final Handler handler;
    private final ServerOptions options;
    private final ExecutorService handlers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("naru-connection-", 0).factory());
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Semaphore places;
    private final Semaphore ended = new Semaphore(0);
    private final Thread loop;

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Handler {
        /** Serves one; it is closed afterwards. */
        void handle(Connection connection) throws IOException, InterruptedException;
    }

    private SocketServer(Listener listener, ServerOptions options, Handler handler) {
        this.listener = listener;
        this.options = options;
        this.handler = handler;
        this.places = new Semaphore(options.mostConnections());
        this.loop = Thread.ofVirtual().name("naru-accept-" + listener).unstarted(this::acceptAll);
    }

    /**
     * Listens there and serves.
     *
     * @param address {@code unix:} or {@code tcp:}; for port 0 the kernel chooses one: {@link #address}
     */
    public static SocketServer start(Address address, Handler handler) throws IOException, InterruptedException {
        return start(address, ServerOptions.usual(), handler);
    }

    /** The same, as those options say. */
    public static SocketServer start(Address address, ServerOptions options, Handler handler)
            throws IOException, InterruptedException {
        SocketServer server = new SocketServer(Listener.listen(address, options.listen()), options, handler);
        server.loop.start();
        return server;
    }

    /** Where it listens, with the port that the kernel chose. */
    public Address address() {
        return listener.address();
    }

    /** How many are being served. */
    public int connections() {
        return connections.size();
    }

    private void acceptAll() {
        try (listener) {
            while (true) {
                places.acquire();
                serve(accept());
            }
        } catch (ClosedChannelException | InterruptedException closed) {
            LOG.log(Level.DEBUG, "{0}: closed", listener);
        } catch (IOException | RuntimeException | Error failed) {
            LOG.log(Level.ERROR, listener + ": accepts no more", failed);
        } finally {
            handlers.shutdown();
        }
    }

    /** What accept(2) refuses passes: no descriptors or memory for now, or a network that is down. */
    private Connection accept() throws IOException, InterruptedException {
        String said = "";
        while (true) {
            int _ = ended.drainPermits();
            try {
                return listener.accept();
            } catch (ErrnoException refused) {
                if (!refused.summary().equals(said)) {
                    said = refused.summary();
                    LOG.log(Level.WARNING, "{0}: accepts no more for now: {1}", listener, said);
                }
                boolean _ = ended.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void serve(Connection connection) {
        connections.add(connection);
        try {
            handlers.execute(() -> handle(connection));
        } catch (RejectedExecutionException closed) {
            end(connection);
        } catch (Throwable refused) {
            end(connection);
            throw refused;
        }
    }

    private void handle(Connection connection) {
        try {
            handler.handle(connection);
        } catch (ClosedChannelException | InterruptedException closed) {
            LOG.log(Level.DEBUG, "{0}: closed while it was served", connection);
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, connection + ": broken off", gone);
        } catch (RuntimeException | Error failed) {
            LOG.log(Level.WARNING, connection + ": its handler failed", failed);
        } finally {
            end(connection);
        }
    }

    private void end(Connection connection) {
        connection.close();
        connections.remove(connection);
        places.release();
        ended.release();
    }

    /** Waits until it is closed. */
    public void join() throws InterruptedException {
        loop.join();
        boolean _ = handlers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return listener.isOpen();
    }

    /** Ends it gracefully, as above. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        close(options.grace());
    }

    /** The same with that grace. */
    public void close(Duration grace) throws IOException {
        listener.close();
        loop.interrupt();
        try {
            loop.join();
            connections.forEach(SocketServer::endInput);
            handlers.shutdown();
            boolean _ = handlers.awaitTermination(TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        handlers.shutdownNow();
        connections.forEach(Connection::close);
    }

    private static void endInput(Connection connection) {
        try {
            connection.shutdownInput();
        } catch (IOException goneAlready) {
            LOG.log(Level.TRACE, "{0}: gone already", connection);
        }
    }
}
