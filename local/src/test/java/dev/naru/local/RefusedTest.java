package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be done is refused by its name, and what is not needed is passed over. */
@ExtendWith(NoLeaks.class)
class RefusedTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "transactional.id, mine",
        "transaction.two.phase.commit.enable, true",
        "metric.reporters, com.example.Reporter",
        "naru.num.partitions, 0",
        "naru.auto.create.topics, perhaps",
        "acks, 7",
        "delivery.timeout.ms, 7",
        "compression.type, zip"
    })
    void aProducerRefuses(String key, String value) {
        assertThatThrownBy(() -> new LocalProducer<String, String>(Clients.producing(folder, key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "group.instance.id, mine",
        "share.acknowledgement.mode, explicit",
        "share.acquire.mode, record_limit",
        "partition.assignment.strategy, com.example.Assignor",
        "metric.reporters, com.example.Reporter",
        "auto.offset.reset, sometimes",
        "isolation.level, read_dirty"
    })
    void aConsumerRefuses(String key, String value) {
        assertThatThrownBy(() -> new LocalConsumer<String, String>(Clients.consuming(folder, key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theStoreIsRequired() {
        Map<String, Object> producing = Clients.producing(folder);
        Map<String, Object> consuming = Clients.consuming(folder);
        for (Map<String, Object> each : List.of(producing, consuming)) {
            each.remove(LocalConfig.STORE_CONFIG);
        }
        assertThatThrownBy(() -> new LocalProducer<String, String>(producing))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("naru.store");
        assertThatThrownBy(() -> new LocalConsumer<String, String>(consuming))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("naru.store");
    }

    @Test
    void aStoreThatCannotBeOpenedIsToldWithItsRemedy() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new LocalProducer<String, String>(Clients.producing(file)))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> new LocalConsumer<String, String>(Clients.consuming(file)))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void whatOnlyABrokerNeedsIsPassedOver() {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "naru.store", folder.toString(),
                "bootstrap.servers", "broker:9092",
                "security.protocol", "SSL",
                "client.rack", "r1",
                "group.id", "g",
                "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));
        try (var producer = new LocalProducer<>(properties, new StringSerializer(), new StringSerializer());
                var consumer = new LocalConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            assertThat(producer.metrics()).isNotEmpty();
            assertThat(consumer.metrics()).isNotEmpty();
        }
    }

    @Test
    void methodsThatCannotBeDoneSayWhich() {
        try (var producer = new LocalProducer<String, String>(Clients.producing(folder));
                var consumer = new LocalConsumer<String, String>(Clients.consuming(folder))) {
            refused("initTransactions", producer::initTransactions);
            refused("beginTransaction", producer::beginTransaction);
            refused("commitTransaction", producer::commitTransaction);
            refused("abortTransaction", producer::abortTransaction);
            refused("sendOffsetsToTransaction", () -> producer.sendOffsetsToTransaction(Map.of(), none()));
            refused("clientInstanceId", () -> producer.clientInstanceId(Duration.ZERO));
            refused("registerMetricForSubscription", () -> producer.registerMetricForSubscription(null));
            refused("unregisterMetricFromSubscription", () -> producer.unregisterMetricFromSubscription(null));
            refused("clientInstanceId", () -> consumer.clientInstanceId(Duration.ZERO));
            refused("registerMetricForSubscription", () -> consumer.registerMetricForSubscription(null));
            refused("unregisterMetricFromSubscription", () -> consumer.unregisterMetricFromSubscription(null));
        }
    }

    private static ConsumerGroupMetadata none() {
        return null;
    }

    private static void refused(String name, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith(name + ": ");
    }

    @Test
    void theKeysAreThoseOfKafka() {
        assertThat(ProducerConfig.configNames()).contains("transactional.id", "transaction.two.phase.commit.enable");
        assertThat(ConsumerConfig.configNames())
                .contains("group.instance.id", "share.acknowledgement.mode", "share.acquire.mode");
    }
}
