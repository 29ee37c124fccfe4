package dev.naru.local;

import dev.naru.topics.TopicRecord;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a consumer's records come from: partitions that it was given by hand, or by its group. It does not know which of the records
 * that it gave were handed on. For one thread, but {@link #wakeUp}.
 */
interface Source extends Closeable {
    /**
     * Waits for records, at most so long; none also when it was woken up.
     *
     * @throws org.apache.kafka.clients.consumer.InvalidOffsetException when it is not known where to go on in a partition
     */
    List<TopicRecord> poll(Duration most) throws IOException, InterruptedException;

    /** What it reads. */
    Set<TopicPartition> assignment();

    /**
     * The offset of the next record that {@link #poll} will give of that partition, which is assigned.
     *
     * @throws org.apache.kafka.clients.consumer.NoOffsetForPartitionException when that is not known
     */
    long position(TopicPartition partition) throws IOException;

    /** Whether that is known, without looking for it. */
    boolean isKnown(TopicPartition partition);

    /** Goes there in that partition, which is assigned; when it is not there, {@link #poll} finds that out. */
    void seek(TopicPartition partition, Place place) throws IOException;

    /** Gives nothing of these from now on. */
    void pause(Collection<TopicPartition> partitions) throws IOException;

    /** Gives them again. */
    void resume(Collection<TopicPartition> partitions) throws IOException;

    /** Those of which it gives nothing. */
    Set<TopicPartition> paused() throws IOException;

    /** Commits that in the group of the consumer. */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets) throws IOException, InterruptedException;

    /** Ends a wait that is under way. Any thread may call it. */
    void wakeUp();
}
