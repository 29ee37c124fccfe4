package dev.naru.bench;

import dev.naru.topics.GroupMember;
import dev.naru.topics.PartitionId;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.util.List;
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

/** What the one member of a group does beside reading, by one thread, in the page cache. Its topic has one partition, and its log two records. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Thread)
public class GroupBenchmark {
    private static final PartitionId PARTITION = new PartitionId("t", 0);
    private static final Start[] PLACES = {Start.offset(0), Start.offset(1)};

    @SuppressWarnings("NullAway.Init") // by open()
    private Scratch scratch;

    @SuppressWarnings("NullAway.Init") // by open()
    private Store store;

    @SuppressWarnings("NullAway.Init") // by open()
    private GroupMember member;

    private int turn;

    /** Joins, and reads all. */
    @Setup(Level.Trial)
    public void open() throws IOException, InterruptedException {
        scratch = Scratch.create();
        store = Store.create(scratch.directory());
        Topic topic = store.create(PARTITION.topic(), TopicSpec.partitions(1));
        for (int i = 0; i < PLACES.length; i++) {
            var _ = topic.append("key", "value");
        }
        member = topic.join("g");
        List<TopicRecord> _ = member.poll();
    }

    /** Removes it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
        scratch.close();
    }

    /** Commits another offset than before. The seek that makes it another one is in the figure. */
    @Benchmark
    public void commit() throws IOException, InterruptedException {
        member.seek(PARTITION, PLACES[turn]);
        turn ^= 1;
        member.commit();
    }

    /** The seek alone. */
    @Benchmark
    public void seek() throws IOException {
        member.seek(PARTITION, PLACES[turn]);
        turn ^= 1;
    }

    /** A poll that finds nothing. */
    @Benchmark
    public List<TopicRecord> tryPollOfNothing() throws IOException, InterruptedException {
        return member.tryPoll();
    }
}
