package dev.naru.topics;

import java.util.Comparator;

/**
 * Which partition that is, of all in a store.
 *
 * @param topic its topic
 * @param partition its number there, from 0 on
 */
public record PartitionId(String topic, int partition) implements Comparable<PartitionId> {
    private static final Comparator<PartitionId> ORDER =
            Comparator.comparing(PartitionId::topic).thenComparingInt(PartitionId::partition);

    /** Checks it. */
    public PartitionId {
        if (partition < 0) {
            throw new IllegalArgumentException("partition " + partition + " < 0");
        }
    }

    /** By topic, then by number. */
    @Override
    public int compareTo(PartitionId other) {
        return ORDER.compare(this, other);
    }

    /** As Kafka's tools write it. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
