package dev.naru.bench;

import dev.naru.local.LocalConfig;
import dev.naru.local.LocalConsumer;
import dev.naru.local.LocalProducer;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Who stands behind Kafka's client interfaces. A JVM has only one kind, so that the compiler inlines its calls. */
enum ClientLibrary {
    /** Ours, over a store; its place is a folder. */
    NARU {
        @Override
        void create(String place, String topic) throws IOException {
            try (Store store = Store.openOrCreate(Path.of(place));
                    Topic _ = store.create(topic, TopicSpec.partitions(1))) {}
        }

        @Override
        void remove(String place, String topic) throws IOException {
            try (Store store = Store.open(Path.of(place))) {
                store.remove(topic);
            }
        }

        @Override
        Producer<byte[], byte[]> producer(String place) {
            return new LocalProducer<>(with(PRODUCER, LocalConfig.STORE_CONFIG, place));
        }

        @Override
        Consumer<byte[], byte[]> consumer(String place) {
            return new LocalConsumer<>(with(CONSUMER, LocalConfig.STORE_CONFIG, place));
        }
    },

    /** Kafka's own, with a broker; its place is where that listens. */
    KAFKA {
        @Override
        void create(String place, String topic) throws IOException, InterruptedException {
            NewTopic wanted = new NewTopic(topic, Optional.of(1), Optional.of((short) 1));
            administer(place, admin -> admin.createTopics(List.of(wanted)).all().get());
        }

        @Override
        void remove(String place, String topic) throws IOException, InterruptedException {
            administer(place, admin -> admin.deleteTopics(List.of(topic)).all().get());
        }

        @Override
        Producer<byte[], byte[]> producer(String place) {
            return new KafkaProducer<>(with(PRODUCER, CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, place));
        }

        @Override
        Consumer<byte[], byte[]> consumer(String place) {
            return new KafkaConsumer<>(with(CONSUMER, CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, place));
        }
    };

    private static final int KIB = 1024;

    /** Kafka's best, found by trying (docs/performance.md); ours runs with the same. */
    private static final Map<String, Object> PRODUCER = Map.of(
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ByteArraySerializer.class,
            ProducerConfig.ACKS_CONFIG,
            "1",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            false,
            ProducerConfig.LINGER_MS_CONFIG,
            20,
            ProducerConfig.BATCH_SIZE_CONFIG,
            256 * KIB,
            ProducerConfig.SEND_BUFFER_CONFIG,
            1024 * KIB);

    /** The same of consumers. */
    private static final Map<String, Object> CONSUMER = Map.of(
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ByteArrayDeserializer.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ByteArrayDeserializer.class,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            1, // else who begins anew waits for the fetch at the end
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            4 * 1024 * KIB,
            ConsumerConfig.RECEIVE_BUFFER_CONFIG,
            1024 * KIB);

    /** What the program is started with: Kafka's code uses the JDK's Unsafe, and logs by SLF4J, to which nobody listens. */
    static final List<String> OPTIONS =
            List.of("--sun-misc-unsafe-memory-access=allow", "-Dslf4j.internal.verbosity=ERROR");

    /** What the broker is started with: the heap that Kafka's own script gives it. */
    static final List<String> BROKER_OPTIONS =
            Stream.concat(OPTIONS.stream(), Stream.of("-Xms1g", "-Xmx1g")).toList();

    /** Makes a topic with one partition there. */
    abstract void create(String place, String topic) throws IOException, InterruptedException;

    /** Removes it. */
    abstract void remove(String place, String topic) throws IOException, InterruptedException;

    /** A producer there. */
    abstract Producer<byte[], byte[]> producer(String place);

    /** A consumer there. */
    abstract Consumer<byte[], byte[]> consumer(String place);

    private static Map<String, Object> with(Map<String, Object> settings, String name, String place) {
        Map<String, Object> all = new HashMap<>(settings);
        var _ = all.put(name, place);
        return all;
    }

    /** What an administrator does. */
    private interface Action {
        void run(Admin admin) throws InterruptedException, ExecutionException;
    }

    private static void administer(String place, Action action) throws IOException, InterruptedException {
        try (Admin admin = Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, place))) {
            action.run(admin);
        } catch (ExecutionException refused) {
            throw new IOException(refused.getCause());
        }
    }
}
