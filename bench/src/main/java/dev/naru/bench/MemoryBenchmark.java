package dev.naru.bench;

import dev.naru.memory.LockOutcome;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The hot paths of a ring and a lock, by one thread: nobody waits. None of them makes garbage. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MemoryBenchmark {
    private static final int LENGTH = 32;
    private static final int BATCH = 64;

    /** A ring whose two ends one thread uses. */
    @State(Scope.Thread)
    public static class OneThread implements MessageHandler {
        private final MemorySegment message = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(LENGTH));
        private long sum;

        @SuppressWarnings("NullAway.Init") // by open()
        private Scratch scratch;

        @SuppressWarnings("NullAway.Init") // by open()
        private Ring ring;

        @SuppressWarnings("NullAway.Init") // by open()
        private RingWriter writer;

        @SuppressWarnings("NullAway.Init") // by open()
        private RingReader reader;

        /** Makes the ring. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            scratch = Scratch.createIn(Path.of("/dev/shm"));
            ring = Ring.create(scratch.directory().resolve("ring"), RingSpec.oneToOne(1 << 16));
            writer = ring.writer();
            reader = ring.reader();
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            ring.close();
            scratch.close();
        }

        @Override
        public void onMessage(MemorySegment memory, long offset, int length) {
            sum += memory.get(ValueLayout.JAVA_LONG, offset);
        }
    }

    /** A lock that nobody else wants. */
    @State(Scope.Thread)
    public static class Free {
        @SuppressWarnings("NullAway.Init") // by open()
        private Scratch scratch;

        @SuppressWarnings("NullAway.Init") // by open()
        private SharedLock lock;

        /** Makes the lock. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            scratch = Scratch.createIn(Path.of("/dev/shm"));
            lock = SharedLock.create(scratch.directory().resolve("lock"));
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            lock.close();
            scratch.close();
        }
    }

    /** A message in place, published and drained. */
    @Benchmark
    public long claimCommitDrain32(OneThread state) {
        if (state.writer.claim(LENGTH) == SendOutcome.CLAIMED) {
            state.writer.memory().set(ValueLayout.JAVA_LONG, state.writer.offset(), state.sum);
            state.writer.commit();
        }
        return state.reader.drain(state, 1) + state.sum;
    }

    /** Of a batch of 64, published together and drained together, one message. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long claimStageDrain32(OneThread state) {
        for (int i = 0; i < BATCH && state.writer.claim(LENGTH) == SendOutcome.CLAIMED; i++) {
            state.writer.memory().set(ValueLayout.JAVA_LONG, state.writer.offset(), state.sum);
            state.writer.stage();
        }
        boolean _ = state.writer.publish();
        return state.reader.drain(state, BATCH) + state.sum;
    }

    /** A message copied in, and drained. */
    @Benchmark
    public long offerDrain32(OneThread state) {
        boolean sent = state.writer.offer(state.message, 0, LENGTH) == SendOutcome.SENT;
        return sent ? state.reader.drain(state, 1) : 0;
    }

    /** Both calls. */
    @Benchmark
    public LockOutcome lockUnlock(Free state) throws IOException, InterruptedException {
        LockOutcome outcome = state.lock.lock();
        state.lock.unlock();
        return outcome;
    }
}
