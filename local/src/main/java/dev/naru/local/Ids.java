package dev.naru.local;

import dev.naru.topics.Committed;
import dev.naru.topics.PartitionId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What Kafka's clients and a store call the same by two names. */
final class Ids {
    private static final int NO_EPOCH = -1;

    private Ids() {}

    static PartitionId of(TopicPartition partition) {
        return new PartitionId(partition.topic(), partition.partition());
    }

    static TopicPartition of(PartitionId partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }

    static List<PartitionId> of(Collection<TopicPartition> partitions) {
        return partitions.stream().map(Ids::of).toList();
    }

    static Set<TopicPartition> of(Set<PartitionId> partitions) {
        Set<TopicPartition> all = new LinkedHashSet<>();
        partitions.forEach(each -> all.add(of(each)));
        return all;
    }

    static Committed of(OffsetAndMetadata offset) {
        return new Committed(offset.offset(), offset.leaderEpoch().orElse(NO_EPOCH), offset.metadata());
    }

    static OffsetAndMetadata of(Committed committed) {
        return new OffsetAndMetadata(
                committed.offset(),
                committed.leaderEpoch() == NO_EPOCH ? Optional.empty() : Optional.of(committed.leaderEpoch()),
                committed.metadata());
    }
}
