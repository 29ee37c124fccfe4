package dev.naru.local;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener of Kafka's what becomes of partitions, after the consumer has done what it has to. What the listener throws holds nothing
 * up: it is kept until all is carried out.
 */
final class RebalanceBridge implements MemberSource.Listener {
    private final Supplier<Optional<ConsumerRebalanceListener>> listener;
    private final Before before;
    private final Lost lost;
    private final Removed removed;
    private @Nullable KafkaException thrown; // the first one

    /** What is done before partitions go. */
    interface Before {
        void run(Set<TopicPartition> partitions) throws IOException, InterruptedException;
    }

    /** What is done when partitions have gone. */
    interface Lost {
        void run(Set<TopicPartition> partitions);
    }

    /** What is done when topics were removed. */
    interface Removed {
        void run() throws IOException;
    }

    /**
     * @param listener who is told by then
     * @param before what the consumer does with partitions that go
     * @param lost what it does with those that have gone
     * @param removed what it does when some of its topics have gone
     */
    RebalanceBridge(Supplier<Optional<ConsumerRebalanceListener>> listener, Before before, Lost lost, Removed removed) {
        this.listener = listener;
        this.before = before;
        this.lost = lost;
        this.removed = removed;
    }

    @Override
    public void onRevoked(Set<TopicPartition> partitions) throws IOException, InterruptedException {
        before.run(partitions);
        tell(told -> told.onPartitionsRevoked(partitions), RebalanceBridge::wrapped);
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
        lost.run(partitions);
        tell(told -> told.onPartitionsLost(partitions), RebalanceBridge::wrapped);
    }

    @Override
    public void onAssigned(Set<TopicPartition> partitions) {
        tell(
                told -> told.onPartitionsAssigned(partitions),
                failed ->
                        failed instanceof KafkaException asItIs ? asItIs : wrapped(failed)); // Kafka does so only here
    }

    @Override
    public void onTopicsRemoved() throws IOException {
        removed.run();
    }

    private static KafkaException wrapped(RuntimeException failed) {
        return new KafkaException("User rebalance callback throws an error", failed);
    }

    private void tell(Consumer<ConsumerRebalanceListener> what, Function<RuntimeException, KafkaException> wrapping) {
        try {
            listener.get().ifPresent(what);
        } catch (WakeupException | InterruptException passed) {
            throw passed;
        } catch (RuntimeException failed) {
            if (thrown == null) {
                thrown = wrapping.apply(failed);
            }
        }
    }

    @Override
    public boolean hasThrown() {
        return thrown != null;
    }

    @Override
    public void rethrow() {
        KafkaException first = thrown;
        if (first != null) {
            thrown = null;
            throw first;
        }
    }
}
