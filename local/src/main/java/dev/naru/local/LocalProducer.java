package dev.naru.local;

import dev.naru.topics.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's producer over a store, with no broker: code written for {@code KafkaProducer} runs with it when it is made so.
 *
 * <pre>{@code
 * Map<String, Object> config = new HashMap<>(kafkaConfig);
 * config.put(LocalConfig.STORE_CONFIG, "data");
 * try (Producer<String, String> producer = new LocalProducer<>(config)) {
 *     producer.send(new ProducerRecord<>("orders", "customer-7", "{\"total\":12}"));
 * }
 * }</pre>
 *
 * <p>What is sent is put into batches as Kafka's producer does it, and a thread of this object's appends them: when its future is done, a
 * record is in the log for every reader in every process, and stays there when this process dies. What was sent and is not done yet is
 * lost when the process dies. {@code acks} is any of Kafka's, and always means the same; whether a record is on the disk then is a
 * setting of the topic. Callbacks run in that one thread, in the order of the records of a partition. Nothing is tried again by
 * itself: what an append answers is certain, and so no record is there twice.
 *
 * <p>Exceptions are Kafka's, and their cause says limit and remedy: {@link
 * org.apache.kafka.common.errors.KafkaStorageException} when the disk is full or has failed. Transactions are refused by an
 * {@link UnsupportedOperationException}, and {@code transactional.id} by a {@link org.apache.kafka.common.config.ConfigException}.
 *
 * <p>Thread-safe.
 *
 * @param <K> of keys
 * @param <V> of values
 */
public final class LocalProducer<K, V> implements Producer<K, V> {
    private static final String NO_TRANSACTIONS = "a store has no transactions of its own";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Plugins plugins;
    private final Serializer<K> keySerializer;
    private final Serializer<V> valueSerializer;
    private final ProducerHooks<K, V> hooks;
    private final @Nullable Partitioner partitioner;
    private final ProducerSettings settings;
    private final TopicCatalog topics;
    private final Map<String, Destination> destinations = new ConcurrentHashMap<>();
    private final Accumulator accumulator;
    private final Sender sender;
    private final Map<MetricName, Metric> metrics;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * From Kafka's configuration and {@link LocalConfig}'s.
     *
     * @throws org.apache.kafka.common.config.ConfigException for what is missing, wrong, or cannot be done; it names the key
     * @throws KafkaException when the store cannot be opened, or a class not be made
     */
    public LocalProducer(Map<String, Object> configs) {
        this(configs, null, null);
    }

    /** The same from properties. */
    public LocalProducer(Properties properties) {
        this(LocalConfig.map(properties), null, null);
    }

    /** The same with these serializers, which are not configured. */
    public LocalProducer(
            Properties properties, @Nullable Serializer<K> keySerializer, @Nullable Serializer<V> valueSerializer) {
        this(LocalConfig.map(properties), keySerializer, valueSerializer);
    }

    /** The same with these serializers, which are not configured; null for those that the configuration names. */
    public LocalProducer(
            Map<String, Object> configs,
            @Nullable Serializer<K> keySerializer,
            @Nullable Serializer<V> valueSerializer) {
        Refused.requireProducer(configs);
        LocalConfig.Settings store = LocalConfig.Settings.of(configs);
        ProducerConfig config = new ProducerConfig(LocalConfig.prepared(
                configs,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                keySerializer,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                valueSerializer));
        this.settings = ProducerSettings.of(config, clientId(config));
        this.plugins = new Plugins(config, settings.clientId());
        try {
            this.keySerializer = plugins.serializer(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, keySerializer, true);
            this.valueSerializer =
                    plugins.serializer(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, valueSerializer, false);
            this.partitioner = plugins.one(ProducerConfig.PARTITIONER_CLASS_CONFIG, Partitioner.class);
            this.hooks = new ProducerHooks<>(interceptors(plugins));
            this.topics = plugins.keep(new TopicCatalog(
                    Store.openOrCreate(store.store()),
                    store,
                    settings.codec(),
                    TimeUnit.MILLISECONDS.toNanos(settings.ageMillis())));
        } catch (IOException failed) {
            plugins.close();
            throw new KafkaException("Failed to construct a producer: " + failed.getMessage(), Errors.of(failed));
        } catch (RuntimeException | Error failed) {
            plugins.close();
            throw failed;
        }
        this.accumulator = new Accumulator(settings.lingerNanos(), settings.bufferBytes(), settings.batchBytes());
        this.sender = new Sender(settings.clientId(), accumulator, this::forget, hooks::onDone, settings.delivery());
        this.metrics = sender.counts().metrics(settings.clientId(), settings.bufferBytes(), accumulator);
        sender.start();
    }

    @SuppressWarnings("unchecked") // of what types they are, only the user knows
    private List<ProducerInterceptor<K, V>> interceptors(Plugins from) {
        return (List<ProducerInterceptor<K, V>>)
                (List<?>) from.many(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, ProducerInterceptor.class);
    }

    private static String clientId(ProducerConfig config) {
        String given = config.getString(ProducerConfig.CLIENT_ID_CONFIG);
        return given.isEmpty() ? "producer-" + NUMBERS.incrementAndGet() : given;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<K, V> record) {
        return send(record, null);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<K, V> record, @Nullable Callback callback) {
        ProducerRecord<K, V> changed = hooks.onSend(record);
        int partition = changed.partition() == null ? RecordMetadata.UNKNOWN_PARTITION : changed.partition();
        try {
            return sendChanged(changed, partition, callback);
        } catch (ApiException refused) { // as Kafka: told to all who listen, and by the future
            hooks.onRefusal(place(changed, partition), changed.headers(), callback, refused);
            return PendingRecord.refused(refused);
        } catch (InterruptedException interrupted) {
            hooks.onRefusal(place(changed, partition), changed.headers(), null, interrupted);
            throw Errors.interrupted(interrupted);
        } catch (RuntimeException thrown) {
            hooks.onRefusal(place(changed, partition), changed.headers(), null, thrown);
            throw thrown;
        }
    }

    private static TopicPartition place(ProducerRecord<?, ?> record, int partition) {
        return new TopicPartition(record.topic(), partition);
    }

    private Future<RecordMetadata> sendChanged(ProducerRecord<K, V> record, int partition, @Nullable Callback callback)
            throws InterruptedException {
        requireOpen();
        long now = System.currentTimeMillis();
        Destination to = destination(record.topic(), partition, now);
        Headers headers = record.headers();
        byte[] key = serialized(keySerializer, record.topic(), headers, record.key(), "key");
        byte[] value = serialized(valueSerializer, record.topic(), headers, record.value(), "value");
        if (headers instanceof RecordHeaders own) {
            own.setReadOnly();
        }
        Header[] headerArray = headers.toArray();
        long bytes = Batch.mostBytes(key == null ? -1 : key.length, value == null ? -1 : value.length, headerArray);
        requireSize(bytes);
        int number = partition >= 0 ? partition : partition(record, key, value, to, bytes);
        long timestamp = record.timestamp() == null ? now : record.timestamp();
        PendingRecord pending =
                new PendingRecord(key, value, headerArray, timestamp, callback, hooks.intercept() ? headers : null);
        accumulator.add(to.lane(number), pending, bytes, settings.blockNanos());
        return pending;
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("Cannot perform operation after producer has been closed");
        }
    }

    /** Where records of that topic go; it is looked at again when that is long ago, or it should have that partition, and has not. */
    private Destination destination(String topic, int partition, long now) {
        Destination known = destinations.get(topic);
        if (known == null || partition >= known.partitions() || known.isOld(now)) {
            known = destinations.compute(topic, (_, before) -> lookedAt(topic, before, now));
            if (partition >= known.partitions()) {
                throw new TimeoutException("Partition " + partition + " of topic " + topic + " with partition count "
                        + known.partitions() + " is not present.");
            }
        }
        return known;
    }

    /** The lanes stay as long as the topic does, also when it grows: what is open in them is in order. */
    private Destination lookedAt(String topic, @Nullable Destination before, long now) {
        TopicCatalog.Entry entry = found(topic);
        return before != null && before.isOf(entry)
                ? before.seen(now + settings.ageMillis())
                : Destination.of(entry, before, settings.batchBytes(), now + settings.ageMillis());
    }

    /** It was removed: the next record that is sent looks for it again. */
    private void forget(String topic) {
        topics.forget(topic);
        var _ = destinations.remove(topic);
    }

    private TopicCatalog.Entry found(String topic) {
        try {
            Optional<TopicCatalog.Entry> entry = topics.look(topic);
            return entry.orElseThrow(
                    () -> new TimeoutException("Topic " + topic + " not present: the store has none of that name, and "
                            + LocalConfig.AUTO_CREATE_TOPICS_CONFIG + " is false."));
        } catch (IOException failed) {
            throw Errors.of(failed);
        }
    }

    private static <T> byte @Nullable [] serialized(
            Serializer<T> serializer, String topic, Headers headers, @Nullable T object, String what) {
        try {
            return serializer.serialize(topic, headers, object);
        } catch (ClassCastException other) {
            throw new SerializationException(
                    "Can't convert " + what + " of class "
                            + (object == null ? "null" : object.getClass().getName()) + " by "
                            + serializer.getClass().getName() + ", specified in " + what + ".serializer",
                    other);
        }
    }

    private void requireSize(long bytes) {
        if (bytes > settings.recordBytes()) {
            throw new RecordTooLargeException("The message is " + bytes
                    + " bytes when serialized which is larger than " + settings.recordBytes()
                    + ", which is the value of the "
                    + ProducerConfig.MAX_REQUEST_SIZE_CONFIG + " configuration.");
        }
        if (bytes > settings.bufferBytes()) {
            throw new RecordTooLargeException("The message is " + bytes
                    + " bytes when serialized which is larger than the total memory buffer you have configured with the "
                    + ProducerConfig.BUFFER_MEMORY_CONFIG + " configuration.");
        }
    }

    private int partition(
            ProducerRecord<K, V> record, byte @Nullable [] key, byte @Nullable [] value, Destination to, long bytes) {
        Partitioner custom = partitioner;
        if (custom != null) {
            int chosen = custom.partition(record.topic(), record.key(), key, record.value(), value, topics.cluster());
            if (chosen < 0 || chosen >= to.partitions()) {
                throw new IllegalArgumentException("The partitioner generated an invalid partition number: " + chosen
                        + ". Topic " + record.topic() + " has " + to.partitions() + ".");
            }
            return chosen;
        }
        return key == null || settings.ignoresKeys() ? to.ofNone(bytes) : to.ofKey(key);
    }

    /** Waits until all that was sent before is done, in whatever way. */
    @Override
    public void flush() {
        if (sender.isCurrentThread()) {
            throw new KafkaException("flush() in a callback would wait for itself");
        }
        try {
            accumulator.flush();
        } catch (InterruptedException interrupted) {
            throw Errors.interrupted(interrupted);
        }
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        requireOpen();
        return found(topic).partitions();
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
    public void initTransactions() {
        throw Refused.method("initTransactions", NO_TRANSACTIONS);
    }

    @Override
    public void beginTransaction() {
        throw Refused.method("beginTransaction", NO_TRANSACTIONS);
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        throw Refused.method("sendOffsetsToTransaction", NO_TRANSACTIONS);
    }

    @Override
    public void commitTransaction() {
        throw Refused.method("commitTransaction", NO_TRANSACTIONS);
    }

    @Override
    public void abortTransaction() {
        throw Refused.method("abortTransaction", NO_TRANSACTIONS);
    }

    /** Waits until all that was sent is done, and closes it. */
    @Override
    public void close() {
        close(Duration.ofMillis(Long.MAX_VALUE));
    }

    /**
     * The same, for at most so long: what is not done then fails, also when the thread is interrupted meanwhile. By a callback: does not
     * wait.
     *
     * @throws org.apache.kafka.common.errors.InterruptException when the thread was interrupted; it is closed all the same
     */
    @Override
    public void close(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("The timeout cannot be negative.");
        }
        boolean first = closed.compareAndSet(false, true);
        accumulator.close();
        InterruptedException interrupted = null;
        if (sender.isCurrentThread()) {
            sender.force();
        } else {
            interrupted = awaitEnd(timeout);
        }
        if (first) {
            plugins.close();
        }
        if (interrupted != null) { // last: it sets the thread's status again
            throw Errors.interrupted(interrupted);
        }
    }

    /** Waits until the sender has ended; answers what has interrupted that. */
    private @Nullable InterruptedException awaitEnd(Duration timeout) {
        try {
            if (!sender.join(timeout)) {
                sender.force();
                sender.join();
            }
            return null;
        } catch (InterruptedException interrupted) {
            sender.force();
            sender.awaitAppended(); // not its callbacks, which may take any time: as Kafka's
            return interrupted;
        }
    }
}
