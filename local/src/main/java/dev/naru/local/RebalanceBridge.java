package dev.naru.local;

import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener of Kafka's what becomes of partitions, after the consumer has done what it has to.
 *
 * @param listener null for nobody
 * @param before what the consumer does with partitions that go
 * @param lost what it does with those that have gone
 */
record RebalanceBridge(@Nullable ConsumerRebalanceListener listener, Before before, Lost lost)
        implements MemberSource.Listener {
    /** What is done before partitions go. */
    interface Before {
        void run(Set<TopicPartition> partitions) throws IOException, InterruptedException;
    }

    /** What is done when partitions have gone. */
    interface Lost {
        void run(Set<TopicPartition> partitions);
    }

    @Override
    public void onRevoked(Set<TopicPartition> partitions) throws IOException, InterruptedException {
        before.run(partitions);
        tell(told -> told.onPartitionsRevoked(partitions));
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
        lost.run(partitions);
        tell(told -> told.onPartitionsLost(partitions));
    }

    @Override
    public void onAssigned(Set<TopicPartition> partitions) {
        tell(told -> told.onPartitionsAssigned(partitions));
    }

    private void tell(Consumer<ConsumerRebalanceListener> what) {
        ConsumerRebalanceListener told = listener;
        if (told == null) {
            return;
        }
        try {
            what.accept(told);
        } catch (WakeupException | InterruptException passed) {
            throw passed;
        } catch (RuntimeException thrown) {
            throw new KafkaException("User rebalance callback throws an error", thrown);
        }
    }
}
