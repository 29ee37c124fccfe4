package dev.naru.bench;

import dev.naru.topics.Cursor;
import dev.naru.topics.RecordHandler;
import dev.naru.topics.RecordView;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Appending to a partition and reading it in place, by one thread, in the page cache. Neither makes garbage. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS) // a log grows by a GB and more a second
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class TopicBenchmark {
    private static final int BATCH = 64;
    private static final int READ = 256;

    /** A topic that is new for each iteration. */
    @State(Scope.Thread)
    public static class Empty {
        /** The bytes of a value. */
        @Param({"100", "1024"})
        private int length;

        @SuppressWarnings("NullAway.Init") // by open()
        private MemorySegment value;

        @SuppressWarnings("NullAway.Init") // by open()
        private Scratch scratch;

        @SuppressWarnings("NullAway.Init") // by open()
        private Store store;

        @SuppressWarnings("NullAway.Init") // by open()
        private TopicWriter writer;

        /** Makes it. */
        @Setup(Level.Iteration)
        public void open() throws IOException {
            value = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(length));
            scratch = Scratch.create();
            store = Store.create(scratch.directory());
            writer = store.create("t", TopicSpec.partitions(1)).writer(0);
        }

        /** Removes it. */
        @TearDown(Level.Iteration)
        public void close() throws IOException {
            store.close();
            scratch.close();
        }
    }

    /** A topic of a million records of 100 B, and a cursor that begins anew at its end. */
    @State(Scope.Thread)
    public static class Full implements RecordHandler {
        private static final int RECORDS = 1 << 20;
        private static final int LENGTH = 100;

        @SuppressWarnings("NullAway.Init") // by open()
        private Scratch scratch;

        @SuppressWarnings("NullAway.Init") // by open()
        private Store store;

        @SuppressWarnings("NullAway.Init") // by open()
        private Topic topic;

        @SuppressWarnings("NullAway.Init") // by open()
        private Cursor cursor;

        private long sum;

        /** Fills it, a record a batch. */
        @Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            scratch = Scratch.create();
            store = Store.create(scratch.directory());
            topic = store.create("t", TopicSpec.partitions(1));
            TopicWriter writer = topic.writer(0);
            for (int i = 0; i < RECORDS; i++) {
                writer.claim(TopicWriter.NONE, LENGTH, i);
                long _ = writer.publish();
            }
            cursor = topic.read(0, Start.earliest());
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            store.close();
            scratch.close();
        }

        @Override
        public void onRecord(RecordView record) {
            sum += record.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, record.valueOffset());
        }
    }

    /** A record as a batch of its own, copied into its place, with its CRC, published. */
    @Benchmark
    public long append(Empty state) throws IOException, InterruptedException {
        state.writer.claim(TopicWriter.NONE, state.length, 1);
        MemorySegment.copy(state.value, 0, state.writer.memory(), state.writer.valueOffset(), state.length);
        return state.writer.publish();
    }

    /** Of a batch of 64 records, one. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long appendBatch(Empty state) throws IOException, InterruptedException {
        TopicWriter writer = state.writer;
        writer.claim(TopicWriter.BATCH_OVERHEAD + BATCH * TopicWriter.mostBytes(0, state.length));
        while (writer.count() < BATCH && writer.next(TopicWriter.NONE, state.length, 1)) {
            MemorySegment.copy(state.value, 0, writer.memory(), writer.valueOffset(), state.length);
        }
        return writer.publish();
    }

    /** A record of 100 B, looked at in place. */
    @Benchmark
    @OperationsPerInvocation(READ)
    public long read(Full state) throws IOException {
        if (state.cursor.drain(state, READ) < READ) {
            state.cursor.close();
            state.cursor = state.topic.read(0, Start.earliest());
        }
        return state.sum;
    }
}
