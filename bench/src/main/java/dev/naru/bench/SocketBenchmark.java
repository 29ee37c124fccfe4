package dev.naru.bench;

import dev.naru.channels.Address;
import dev.naru.channels.Command;
import dev.naru.channels.Connection;
import dev.naru.channels.Listener;
import dev.naru.linux.ChildProcess;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The hot paths of a connection, with direct buffers. None of them makes garbage. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SocketBenchmark {
    /** What {@code socat} becomes once it is connected: a process that answers. */
    private static final String ECHO = "EXEC:cat,nofork";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Where somebody listens: at an abstract name, or at a port that the kernel chooses. */
    private static Listener listen(String kind) throws IOException, InterruptedException {
        Address address = kind.equals("unix")
                ? new Address.UnixAbstract(
                        "naru-bench-" + ProcessHandle.current().pid())
                : new Address.Tcp("127.0.0.1", 0);
        return Listener.listen(address);
    }

    /** A connection whose two ends one thread uses. */
    @State(Scope.Thread)
    public static class OneThread {
        private final ByteBuffer small = ByteBuffer.allocateDirect(32);
        private final ByteBuffer large = ByteBuffer.allocateDirect(32 * 1024);

        /** Which socket. */
        @Param({"unix", "tcp"})
        private String kind = "";

        @SuppressWarnings("NullAway.Init") // by open()
        private Connection client;

        @SuppressWarnings("NullAway.Init") // by open()
        private Connection server;

        /** Connects it. */
        @Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            try (Listener listener = listen(kind)) {
                client = Connection.connect(listener.address());
                server = listener.accept();
            }
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void close() {
            client.close();
            server.close();
        }
    }

    /** A process that answers: each read waits for it. */
    @State(Scope.Thread)
    public static class Peer {
        private final ByteBuffer message = ByteBuffer.allocateDirect(32);

        /** Which socket. */
        @Param({"unix", "tcp"})
        private String kind = "";

        @SuppressWarnings("NullAway.Init") // by start()
        private Connection connection;

        @SuppressWarnings("NullAway.Init") // by start()
        private ChildProcess socat;

        /** Starts it, and waits for its connection. */
        @Setup(Level.Trial)
        public void start() throws IOException, InterruptedException {
            try (Listener listener = listen(kind)) {
                socat = Command.of("socat", socatAddress(listener.address()), ECHO)
                        .start();
                connection = listener.accept(PATIENCE)
                        .orElseThrow(() -> new IOException("socat does not connect; its own words stand above"));
            }
        }

        private static String socatAddress(Address address) {
            return address instanceof Address.Tcp tcp
                    ? "TCP:" + tcp.host() + ":" + tcp.port() + ",nodelay"
                    : "ABSTRACT-CONNECT:" + ((Address.UnixAbstract) address).name();
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void end() throws IOException {
            connection.close();
            boolean _ = socat.kill();
        }
    }

    /** Both calls of one message. */
    @Benchmark
    public int writeRead32(OneThread state) throws IOException {
        return writeRead(state, state.small);
    }

    /** Both calls of one piece, which fits into what the kernel buffers. */
    @Benchmark
    public int writeRead32k(OneThread state) throws IOException {
        return writeRead(state, state.large);
    }

    private static int writeRead(OneThread state, ByteBuffer buffer) throws IOException {
        int written = state.client.write(buffer.clear());
        readAll(state.server, buffer.clear());
        return written;
    }

    /** A round trip to another process and back, waiting in a read. */
    @Benchmark
    public int echo32(Peer state) throws IOException {
        int written = state.connection.write(state.message.clear());
        readAll(state.connection, state.message.clear());
        return written;
    }

    private static void readAll(Connection connection, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (connection.read(buffer) < 0) {
                throw new EOFException("the other side has gone");
            }
        }
    }
}
