package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Interceptors see and change what Kafka's clients show them, and hurt nobody when they throw. */
@ExtendWith(NoLeaks.class)
class InterceptorsTest {
    private static final List<String> TOLD = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path folder;

    @BeforeEach
    void forget() {
        TOLD.clear();
    }

    /** Changes values, and is told what became of them. */
    public static final class Sending implements ProducerInterceptor<String, String> {
        @Override
        public ProducerRecord<String, String> onSend(ProducerRecord<String, String> record) {
            return new ProducerRecord<>(record.topic(), record.key(), record.value() + "!");
        }

        @Override
        public void onAcknowledgement(RecordMetadata where, Exception why, Headers headers) {
            TOLD.add(why == null ? "offset " + where.offset() : why.getClass().getSimpleName());
        }

        @Override
        public void close() {
            TOLD.add("closed");
        }

        @Override
        public void configure(Map<String, ?> configs) {
            TOLD.add("configured " + configs.get("client.id"));
        }
    }

    /** Throws wherever it can. */
    public static final class Throwing implements ProducerInterceptor<String, String> {
        @Override
        public ProducerRecord<String, String> onSend(ProducerRecord<String, String> record) {
            throw new IllegalStateException("of the user");
        }

        @Override
        public void onAcknowledgement(RecordMetadata where, Exception why) {
            throw new IllegalStateException("of the user");
        }

        @Override
        public void close() {
            throw new IllegalStateException("of the user");
        }

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    /** Lets only the first record of each poll pass. */
    public static final class Consuming implements ConsumerInterceptor<String, String> {
        @Override
        public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
            TopicPartition partition = records.partitions().iterator().next();
            List<ConsumerRecord<String, String>> first =
                    records.records(partition).subList(0, 1);
            return new ConsumerRecords<>(Map.of(partition, first), records.nextOffsets());
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            TOLD.add("committed " + offsets.values().iterator().next().offset());
        }

        @Override
        public void close() {
            TOLD.add("closed");
        }

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    @Test
    void theyChangeWhatIsSentAndAreTold() throws Exception {
        Map<String, Object> config = Clients.producing(
                folder,
                ProducerConfig.CLIENT_ID_CONFIG,
                "me",
                ProducerConfig.INTERCEPTOR_CLASSES_CONFIG,
                List.of(Throwing.class, Sending.class));
        try (Producer<String, String> producer = new LocalProducer<>(config)) {
            assertThat(producer.send(new ProducerRecord<>("t", "v")).get().serializedValueSize())
                    .isEqualTo(2);
            assertThat(producer.send(new ProducerRecord<>("bad name", "v"))).isDone();
        }
        assertThat(TOLD).containsExactly("configured me", "offset 0", "InvalidTopicException", "closed");
    }

    @Test
    void theyChangeWhatIsHandedOnAndAreToldOfCommits() throws Exception {
        try (Producer<String, String> producer = new LocalProducer<>(Clients.producing(folder))) {
            for (int i = 0; i < 3; i++) {
                assertThat(producer.send(new ProducerRecord<>("t", "v" + i))).isNotNull();
            }
        }
        Map<String, Object> config = Clients.consuming(
                folder,
                ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
                List.of(Consuming.class),
                ConsumerConfig.GROUP_ID_CONFIG,
                "g");
        try (Consumer<String, String> consumer = new LocalConsumer<>(config)) {
            consumer.subscribe(List.of("t"));
            assertThat(consumer.poll(Duration.ofMinutes(10)).count()).isEqualTo(1);
            consumer.commitSync();
            assertThat(TOLD).containsExactly("committed 3");
        }
        assertThat(TOLD).contains("closed");
    }
}
