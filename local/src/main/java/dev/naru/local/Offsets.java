package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Cursor;
import dev.naru.topics.ReadOptions;
import dev.naru.topics.Start;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks offsets up, as far as a reader with these options sees the log. */
record Offsets(TopicCatalog topics, ReadOptions options) {
    /** Of the first record that is there. */
    long first(TopicPartition partition) throws IOException {
        return of(partition, Start.earliest());
    }

    /** Of the next record that is appended; where only what is committed counts, behind the last one that is decided. */
    long end(TopicPartition partition) throws IOException {
        return of(partition, Start.latest());
    }

    /** Where a cursor would begin that begins there. */
    long of(TopicPartition partition, Start start) throws IOException {
        try (Cursor cursor = read(partition, start)) {
            return cursor.position(partition.partition());
        }
    }

    /** Whether a cursor may begin there. */
    boolean isThere(TopicPartition partition, long offset) throws IOException {
        return offset >= first(partition) && offset <= end(partition);
    }

    /** The first record of that time or a later one; null when there is none. */
    @Nullable
    OffsetAndTimestamp ofTime(TopicPartition partition, long millis) throws IOException {
        try (Cursor cursor = read(partition, Start.timestamp(millis).orEarliest())) {
            List<TopicRecord> records = cursor.tryPoll();
            if (records.isEmpty() || records.getFirst().timestamp() < millis) { // one that came since
                return null;
            }
            TopicRecord found = records.getFirst();
            return new OffsetAndTimestamp(found.offset(), found.timestamp());
        }
    }

    private Cursor read(TopicPartition partition, Start start) throws IOException {
        try {
            return topic(partition).read(partition.partition(), start, options);
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.TOPIC_REMOVED) {
                throw refused;
            }
            var _ = topics.look(partition.topic()); // there may be another one of its name
            return topic(partition).read(partition.partition(), start, options);
        }
    }

    /** Whether there is such a partition. */
    boolean has(TopicPartition partition) throws IOException {
        return find(partition).isPresent();
    }

    private Topic topic(TopicPartition partition) throws IOException {
        return find(partition)
                .orElseThrow(() -> new TimeoutException(
                        partition + " is not present: the store has no such topic, or it has fewer partitions."));
    }

    /** The topic, if it has that partition. */
    private Optional<Topic> find(TopicPartition partition) throws IOException {
        Optional<TopicCatalog.Entry> known = topics.find(partition.topic());
        if (known.isPresent()
                && partition.partition() >= known.get().partitions().size()) {
            known = topics.look(partition.topic());
        }
        return known.filter(entry -> partition.partition() < entry.partitions().size())
                .map(TopicCatalog.Entry::topic);
    }
}
