package dev.naru.local.snippets;

import dev.naru.local.LocalConfig;
import dev.naru.local.LocalConsumer;
import dev.naru.local.LocalProducer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/** The snippets of README and docs: compiled here, and run by {@link LocalSnippetsTest}. */
final class LocalSnippets {
    private LocalSnippets() {}

    @SuppressWarnings("FutureReturnValueIgnored") // as most code does: close waits for it
    static void produce(Map<String, Object> kafkaConfig, String data) {
        // @start region="producer"
        Map<String, Object> config = new HashMap<>(kafkaConfig); // as for KafkaProducer
        config.put(LocalConfig.STORE_CONFIG, data); // naru.store: a directory
        try (Producer<String, String> producer = new LocalProducer<>(config)) {
            producer.send(new ProducerRecord<>("orders", "customer-7", "{\"total\":12}"));
        }
        // @end
    }

    static void consume(Map<String, Object> config, java.util.function.Consumer<String> bill) {
        // @start region="consumer"
        try (Consumer<String, String> consumer = new LocalConsumer<>(config)) {
            consumer.subscribe(List.of("orders"));
            for (ConsumerRecord<String, String> order : consumer.poll(Duration.ofSeconds(10))) {
                bill.accept(order.value());
            }
            consumer.commitSync();
        }
        // @end
    }

    // @start region="spring"
    static class LocalProducers<K, V> extends DefaultKafkaProducerFactory<K, V> {
        LocalProducers(Map<String, Object> config) {
            super(config);
        }

        @Override
        protected Producer<K, V> createRawProducer(Map<String, Object> config) {
            return new LocalProducer<>(config);
        }
    }

    static class LocalConsumers<K, V> extends DefaultKafkaConsumerFactory<K, V> {
        LocalConsumers(Map<String, Object> config) {
            super(config);
        }

        @Override
        protected Consumer<K, V> createRawConsumer(Map<String, Object> config) {
            return new LocalConsumer<>(config);
        }
    }
    // @end
}
