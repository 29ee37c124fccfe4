package dev.naru.bench;

import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
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

/** Opening a store of 1,000 partitions with three segments each, after a clean stop: once, by a JVM that has not done it before. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(3)
@State(Scope.Thread)
public class TopicOpenBenchmark {
    private static final int PARTITIONS = 1_000;
    private static final int SEGMENTS = 3;
    private static final int SEGMENT_BYTES = 1 << 16;
    private static final int LENGTH = SEGMENT_BYTES - 1_000; // the next one needs another segment

    @SuppressWarnings("NullAway.Init") // by fill()
    private Scratch scratch;

    /** Makes the store, and closes it. */
    @Setup(Level.Trial)
    public void fill() throws IOException, InterruptedException {
        scratch = Scratch.create();
        try (Store store = Store.create(scratch.directory())) {
            TopicSpec spec = TopicSpec.partitions(PARTITIONS).withSegmentBytes(SEGMENT_BYTES);
            Topic topic = store.create("t", spec);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                TopicWriter writer = topic.writer(partition);
                for (int segment = 0; segment < SEGMENTS; segment++) {
                    writer.claim(TopicWriter.NONE, LENGTH, 1);
                    long _ = writer.publish();
                }
            }
        }
    }

    /** Removes it. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        scratch.close();
    }

    /** The store, the topic, and a cursor at the start of every partition; then closes them. */
    @Benchmark
    public int openAll() throws IOException {
        try (Store store = Store.open(scratch.directory());
                Cursor cursor = store.open("t").read(Start.earliest())) {
            return cursor.drain(record -> {}, PARTITIONS * SEGMENTS);
        }
    }

    /** The store, the topic, and a cursor at the start of one partition, whose records are looked at; then closes them. */
    @Benchmark
    public int openOne() throws IOException {
        try (Store store = Store.open(scratch.directory());
                Cursor cursor = store.open("t").read(PARTITIONS / 2, Start.earliest())) {
            return cursor.drain(record -> {}, SEGMENTS);
        }
    }
}
