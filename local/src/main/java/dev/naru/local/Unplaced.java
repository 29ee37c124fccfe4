package dev.naru.local;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Partitions in which a consumer does not go on, since {@code auto.offset.reset} says nothing, until it seeks. For its thread. */
final class Unplaced {
    private final Set<TopicPartition> unknown = new HashSet<>(); // nothing is committed there
    private final Map<TopicPartition, Long> outOfRange = new HashMap<>(); // where it was to go on, and nothing is

    boolean isEmpty() {
        return unknown.isEmpty() && outOfRange.isEmpty();
    }

    boolean contains(TopicPartition partition) {
        return unknown.contains(partition) || outOfRange.containsKey(partition);
    }

    /** In these it is not known where to go on. */
    void add(NoOffsetForPartitionException nowhere) {
        boolean _ = unknown.addAll(nowhere.partitions());
    }

    /** In these it is known, and not there. */
    void add(OffsetOutOfRangeException nowhere) {
        outOfRange.putAll(nowhere.offsetOutOfRangePartitions());
    }

    void remove(TopicPartition partition) {
        boolean _ = unknown.remove(partition);
        var _ = outOfRange.remove(partition);
    }

    /**
     * Where it was to go on in that partition; null when it is none of these.
     *
     * @throws NoOffsetForPartitionException when that is not known
     */
    @Nullable
    Long wanted(TopicPartition partition) {
        if (unknown.contains(partition)) {
            throw new NoOffsetForPartitionException(partition);
        }
        return outOfRange.get(partition);
    }

    /** There is none, or that is an error. */
    void requireNone() {
        if (!unknown.isEmpty()) {
            throw new NoOffsetForPartitionException(Set.copyOf(unknown));
        }
        if (!outOfRange.isEmpty()) {
            throw new OffsetOutOfRangeException(Map.copyOf(outOfRange));
        }
    }
}
