package dev.naru.bench;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.DuplexPipe;
import dev.naru.linux.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The hot paths of a pipe, with direct buffers. None of them makes garbage. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PipeBenchmark {
    /** A pipe whose two ends one thread uses: nobody waits. */
    @State(Scope.Thread)
    public static class OneThread {
        private final ByteBuffer small = ByteBuffer.allocateDirect(32);
        private final ByteBuffer large = ByteBuffer.allocateDirect(64 * 1024);

        @SuppressWarnings("NullAway.Init") // by open()
        private AnonymousPipe pipe;

        /** Makes the pipe. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            pipe = AnonymousPipe.create(large.capacity());
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            pipe.close();
        }
    }

    /** A process that answers, {@code cat}: each read waits for it. */
    @State(Scope.Thread)
    public static class Peer {
        private final ByteBuffer message = ByteBuffer.allocateDirect(32);

        @SuppressWarnings("NullAway.Init") // by start()
        private DuplexPipe pipe;

        @SuppressWarnings("NullAway.Init") // by start()
        private ChildProcess cat;

        /** Starts it. */
        @Setup(Level.Trial)
        public void start() throws IOException {
            pipe = DuplexPipe.create();
            cat = Command.of("cat")
                    .stdin(pipe.far().reader())
                    .stdout(pipe.far().writer())
                    .start();
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void end() throws IOException {
            boolean _ = cat.kill();
            pipe.close();
        }
    }

    /** Both calls of one message. */
    @Benchmark
    public int writeRead32(OneThread state) throws IOException {
        return writeRead(state.pipe, state.small);
    }

    /** Both calls of one piece. */
    @Benchmark
    public int writeRead64k(OneThread state) throws IOException {
        return writeRead(state.pipe, state.large);
    }

    private static int writeRead(AnonymousPipe pipe, ByteBuffer buffer) throws IOException {
        int written = pipe.writer().write(buffer.clear());
        return pipe.reader().read(buffer.clear()) - written;
    }

    /** A round trip to another process and back, waiting in a read. */
    @Benchmark
    public int echo32(Peer state) throws IOException {
        int written = state.pipe.near().write(state.message.clear());
        return state.pipe.near().read(state.message.clear()) - written;
    }
}
