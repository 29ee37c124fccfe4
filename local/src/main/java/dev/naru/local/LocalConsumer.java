package dev.naru.local;

import dev.naru.topics.Codec;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's consumer over a store, with no broker: code written for {@code KafkaConsumer} runs with it when it is made so.
 *
 * <pre>{@code
 * Map<String, Object> config = new HashMap<>(kafkaConfig);
 * config.put(LocalConfig.STORE_CONFIG, "data");
 * try (Consumer<String, String> consumer = new LocalConsumer<>(config)) {
 *     consumer.subscribe(List.of("orders"));
 *     while (true) {
 *         for (ConsumerRecord<String, String> order : consumer.poll(Duration.ofSeconds(1))) bill(order.value());
 *         consumer.commitSync();
 *     }
 * }
 * }</pre>
 *
 * <p>Records are read where they lie in the log, and each batch is checked by its CRC, whatever {@code check.crcs} says. A group is one
 * of the store's ({@link dev.naru.topics.GroupMember}): its partitions are shared out by the members' own polls, a member that dies is
 * noticed by the others in a tenth of a second, and one that does not poll for {@code max.poll.interval.ms} loses its partitions, and its
 * commits are refused by a {@link org.apache.kafka.clients.consumer.CommitFailedException}. Nothing beats in the background.
 *
 * <p>Calls with a time limit need none, as nobody far away is asked: they answer at once. A commit is in the page cache of the kernel when it
 * returns; an asynchronous one as well, and its callback runs in the next poll or commit. {@code close} always leaves the group, and
 * commits where that is automatic.
 *
 * <p>Exceptions are Kafka's, and their cause says limit and remedy. What cannot be done is refused by an {@link
 * UnsupportedOperationException}, or by a {@link org.apache.kafka.common.config.ConfigException} that names the key.
 *
 * <p>For one thread at a time, which is checked; any thread may call {@link #wakeup}.
 *
 * @param <K> of keys
 * @param <V> of values
 */
public final class LocalConsumer<K, V> implements Consumer<K, V> {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final OneThread guard = new OneThread();
    private final Plugins plugins;
    private final TopicCatalog topics;
    private final GroupOffsets group;
    private final Offsets offsets;
    private final ConsumerHooks<K, V> hooks;
    private final ConsumerSession<K, V> session;
    private final Map<MetricName, Metric> metrics;
    private volatile boolean closed;

    /**
     * From Kafka's configuration and {@link LocalConfig}'s.
     *
     * @throws org.apache.kafka.common.config.ConfigException for what is missing, wrong, or cannot be done; it names the key
     * @throws KafkaException when the store cannot be opened, or a class not be made
     */
    public LocalConsumer(Map<String, Object> configs) {
        this(configs, null, null);
    }

    /** The same from properties. */
    public LocalConsumer(Properties properties) {
        this(LocalConfig.map(properties), null, null);
    }

    /** The same with these deserializers, which are not configured. */
    public LocalConsumer(
            Properties properties,
            @Nullable Deserializer<K> keyDeserializer,
            @Nullable Deserializer<V> valueDeserializer) {
        this(LocalConfig.map(properties), keyDeserializer, valueDeserializer);
    }

    /** The same with these deserializers, which are not configured; null for those that the configuration names. */
    public LocalConsumer(
            Map<String, Object> configs,
            @Nullable Deserializer<K> keyDeserializer,
            @Nullable Deserializer<V> valueDeserializer) {
        Refused.requireConsumer(configs);
        ConsumerConfig config = new ConsumerConfig(LocalConfig.prepared(
                configs,
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                keyDeserializer,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                valueDeserializer));
        LocalConfig.Settings store = LocalConfig.Settings.of(configs)
                .withTopicsMade(config.getBoolean(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG));
        ConsumerSettings settings = ConsumerSettings.of(config, clientId(config));
        this.plugins = new Plugins(config, settings.clientId());
        try {
            Deserializer<K> keys =
                    plugins.deserializer(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, keyDeserializer, true);
            Deserializer<V> values =
                    plugins.deserializer(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, valueDeserializer, false);
            this.hooks = new ConsumerHooks<>(interceptors(plugins));
            this.topics = plugins.keep(new TopicCatalog(
                    Store.openOrCreate(store.store()),
                    store,
                    Codec.NONE,
                    settings.age().toNanos()));
            this.group = plugins.keep(new GroupOffsets(topics.store(), settings.group()));
            this.offsets = new Offsets(topics, settings.options());
            ConsumerCounts counts = new ConsumerCounts();
            this.metrics = counts.metrics(settings.clientId());
            this.session = new ConsumerSession<>(
                    settings, topics, group, hooks, new RecordMaker<>(keys, values, topics), counts);
        } catch (IOException failed) {
            plugins.close();
            throw new KafkaException("Failed to construct a consumer: " + failed.getMessage(), Errors.of(failed));
        } catch (RuntimeException | Error failed) {
            plugins.close();
            throw failed;
        }
    }

    @SuppressWarnings("unchecked") // of what types they are, only the user knows
    private static <K, V> List<ConsumerInterceptor<K, V>> interceptors(Plugins from) {
        return (List<ConsumerInterceptor<K, V>>)
                (List<?>) from.many(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, ConsumerInterceptor.class);
    }

    private static String clientId(ConsumerConfig config) {
        String given = config.getString(ConsumerConfig.CLIENT_ID_CONFIG);
        return given.isEmpty() ? "consumer-" + NUMBERS.incrementAndGet() : given;
    }

    /** What a call does. */
    private interface Action<T extends @Nullable Object> {
        T run() throws IOException, InterruptedException;
    }

    /** Calls by one thread at a time, while it is open; what is thrown is Kafka's. */
    private <T extends @Nullable Object> T call(Action<T> action) {
        guard.enter();
        try {
            if (closed) {
                throw new IllegalStateException("This consumer has already been closed.");
            }
            return action.run();
        } catch (IOException failed) {
            throw Errors.of(failed);
        } catch (InterruptedException interrupted) {
            throw Errors.interrupted(interrupted);
        } finally {
            guard.leave();
        }
    }

    /** What a call does that answers nothing. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void run(Step step) {
        var _ = this.<@Nullable Void>call(() -> {
            step.run();
            return null;
        });
    }

    @Override
    public Set<TopicPartition> assignment() {
        return call(() -> Collections.unmodifiableSet(session.assignment()));
    }

    @Override
    public Set<String> subscription() {
        return call(() -> Set.copyOf(session.subscribed()));
    }

    @Override
    public void subscribe(Collection<String> names) {
        subscribeTo(names, null);
    }

    @Override
    public void subscribe(Collection<String> names, ConsumerRebalanceListener listener) {
        requireGiven(listener, "RebalanceListener");
        subscribeTo(names, listener);
    }

    private void subscribeTo(Collection<String> names, @Nullable ConsumerRebalanceListener listener) {
        run(() -> {
            String _ = group.requireName();
            requireGiven(names, "Topic collection to subscribe to");
            for (String name : names) {
                if (name == null || name.isBlank()) {
                    throw new IllegalArgumentException(
                            "Topic collection to subscribe to cannot contain null or empty topic");
                }
            }
            if (names.isEmpty()) {
                session.unsubscribe();
            } else {
                session.subscribe(Subscription.Named.of(names, listener));
            }
        });
    }

    private static void requireGiven(@Nullable Object value, String what) {
        if (value == null) {
            throw new IllegalArgumentException(what + " cannot be null");
        }
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        requireGiven(listener, "RebalanceListener");
        subscribeTo(pattern, listener);
    }

    @Override
    public void subscribe(Pattern pattern) {
        subscribeTo(pattern, null);
    }

    /** As with a {@link Pattern}: it is read by {@link java.util.regex}. */
    @Override
    public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
        requireGiven(listener, "RebalanceListener");
        subscribeTo(Pattern.compile(pattern.pattern()), listener);
    }

    /** As with a {@link Pattern}: it is read by {@link java.util.regex}. */
    @Override
    public void subscribe(SubscriptionPattern pattern) {
        subscribeTo(Pattern.compile(pattern.pattern()), null);
    }

    private void subscribeTo(Pattern pattern, @Nullable ConsumerRebalanceListener listener) {
        run(() -> {
            String _ = group.requireName();
            requireGiven(pattern, "Topic pattern to subscribe to");
            session.subscribe(new Subscription.Matching(pattern, listener));
        });
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        requireGiven(partitions, "Topic partitions collection to assign to");
        run(() -> {
            if (partitions.isEmpty()) {
                session.unsubscribe();
            } else {
                session.assign(partitions);
            }
        });
    }

    @Override
    public void unsubscribe() {
        run(session::unsubscribe);
    }

    /**
     * Waits for records, as {@code KafkaConsumer} does.
     *
     * @throws org.apache.kafka.common.errors.RecordDeserializationException says which record could not be read; the position
     *     stays there, and {@code seek} goes past it
     */
    @Override
    public ConsumerRecords<K, V> poll(Duration timeout) {
        return call(() -> session.poll(timeout));
    }

    @Override
    public void commitSync() {
        run(() -> {
            hooks.runCallbacks();
            session.commit(session.consumed());
        });
    }

    @Override
    public void commitSync(Duration timeout) {
        commitSync();
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> those) {
        run(() -> {
            hooks.runCallbacks();
            session.commit(Map.copyOf(those));
        });
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> those, Duration timeout) {
        commitSync(those);
    }

    @Override
    public void commitAsync() {
        commitAsync(null);
    }

    @Override
    public void commitAsync(@Nullable OffsetCommitCallback callback) {
        run(() -> commitSoon(session.consumed(), callback));
    }

    @Override
    public void commitAsync(Map<TopicPartition, OffsetAndMetadata> those, @Nullable OffsetCommitCallback callback) {
        run(() -> commitSoon(Map.copyOf(those), callback));
    }

    /** At once, as it takes no longer than to write it down; told at the next call. */
    private void commitSoon(Map<TopicPartition, OffsetAndMetadata> those, @Nullable OffsetCommitCallback callback)
            throws InterruptedException {
        Exception why = null;
        try {
            session.commit(those);
        } catch (IOException failed) {
            why = Errors.of(failed);
        } catch (CommitFailedException refused) {
            why = refused;
        }
        hooks.due(callback, those, why);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("seek offset must not be a negative number");
        }
        run(() -> session.seek(partition, new Place.At(offset)));
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        seek(partition, offset.offset());
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        seekAll(partitions, Place.Named.FIRST);
    }

    @Override
    public void seekToEnd(Collection<TopicPartition> partitions) {
        seekAll(partitions, Place.Named.LAST);
    }

    private void seekAll(Collection<TopicPartition> partitions, Place place) {
        requireGiven(partitions, "Partitions collection");
        run(() -> {
            for (TopicPartition each : partitions.isEmpty() ? session.assignment() : partitions) {
                session.seek(each, place);
            }
        });
    }

    @Override
    public long position(TopicPartition partition) {
        return call(() -> session.position(partition));
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        return position(partition);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return call(() -> {
            String _ = group.requireName();
            Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
            for (TopicPartition each : partitions) {
                Optional<OffsetAndMetadata> one = group.committed(each);
                all.put(each, one.orElse(null));
            }
            return all;
        });
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        return committed(partitions);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return metrics;
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        throw Refused.method("registerMetricForSubscription", "there is no broker that metrics are pushed to");
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        throw Refused.method("unregisterMetricFromSubscription", "there is no broker that metrics are pushed to");
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        throw Refused.method("clientInstanceId", "there is no broker that would give one");
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return call(() -> topics.look(topic).map(TopicCatalog.Entry::partitions).orElse(List.of()));
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        return partitionsFor(topic);
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics() {
        return call(topics::list);
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
        return listTopics();
    }

    @Override
    public Set<TopicPartition> paused() {
        return call(() -> Collections.unmodifiableSet(session.paused()));
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        run(() -> session.pause(partitions));
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        run(() -> session.resume(partitions));
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
        return call(() -> {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            for (Map.Entry<TopicPartition, Long> each : times.entrySet()) {
                if (each.getValue() < 0) {
                    throw new IllegalArgumentException("The target time for partition " + each.getKey() + " is "
                            + each.getValue() + ". The target time cannot be negative.");
                }
                found.put(each.getKey(), offsets.ofTime(each.getKey(), each.getValue()));
            }
            return found;
        });
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration timeout) {
        return offsetsForTimes(times);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return found(partitions, Start.earliest());
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return beginningOffsets(partitions);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return found(partitions, Start.latest());
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return endOffsets(partitions);
    }

    private Map<TopicPartition, Long> found(Collection<TopicPartition> partitions, Start start) {
        return call(() -> {
            Map<TopicPartition, Long> found = new HashMap<>();
            for (TopicPartition each : partitions) {
                found.put(each, offsets.of(each, start));
            }
            return found;
        });
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        return call(() -> OptionalLong.of(Math.max(0, offsets.end(partition) - session.position(partition))));
    }

    @Override
    public ConsumerGroupMetadata groupMetadata() {
        return call(session::groupMetadata);
    }

    /** The next poll leaves the group, and joins it anew. */
    @Override
    public void enforceRebalance() {
        run(() -> {
            if (session.subscription() == null) {
                throw new IllegalStateException("Tried to force a rebalance but consumer does not have a group.");
            }
            session.rejoin();
        });
    }

    /** The next poll leaves the group, and joins it anew. */
    @Override
    public void enforceRebalance(String reason) {
        enforceRebalance();
    }

    /** Commits where that is automatic, leaves the group, and closes it. Idempotent. */
    @Override
    public void close() {
        guard.enter();
        try {
            if (!closed) {
                closeOnce();
            }
        } finally {
            guard.leave();
        }
    }

    private void closeOnce() {
        try {
            session.close();
        } catch (InterruptException passed) {
            throw passed;
        } catch (KafkaException thrown) { // by a listener
            throw new KafkaException("Failed to close kafka consumer", thrown);
        } catch (IOException failed) {
            throw Errors.of(failed);
        } catch (InterruptedException interrupted) {
            throw Errors.interrupted(interrupted);
        } finally {
            closed = true;
            plugins.close();
        }
    }

    @Deprecated
    @Override
    @SuppressWarnings("InlineMeSuggester") // it is Kafka's to say what replaces it
    public void close(Duration timeout) {
        close();
    }

    @Override
    public void close(CloseOptions options) {
        close();
    }

    /** Ends a poll that waits, or the next one, by a {@link org.apache.kafka.common.errors.WakeupException}. Any thread may call it. */
    @Override
    public void wakeup() {
        session.wakeUp();
    }
}
