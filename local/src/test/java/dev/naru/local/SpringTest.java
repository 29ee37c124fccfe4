package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.SendResult;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.util.backoff.FixedBackOff;

/** Spring Kafka's templates and listeners run with factories that make our clients. */
@ExtendWith(NoLeaks.class)
class SpringTest {
    @TempDir
    static Path folder;

    private static final BlockingQueue<String> BILLED = new LinkedBlockingQueue<>();
    private static final BlockingQueue<String> TRIED = new LinkedBlockingQueue<>();

    /** Makes our producers. */
    static final class Producers extends DefaultKafkaProducerFactory<String, String> {
        Producers(Map<String, Object> config) {
            super(config);
        }

        @Override
        protected Producer<String, String> createRawProducer(Map<String, Object> config) {
            return new LocalProducer<>(config);
        }
    }

    /** Makes our consumers. */
    static final class Consumers extends DefaultKafkaConsumerFactory<String, String> {
        Consumers(Map<String, Object> config) {
            super(config);
        }

        @Override
        protected Consumer<String, String> createRawConsumer(Map<String, Object> config) {
            return new LocalConsumer<>(config);
        }
    }

    /** What an application configures. */
    @EnableKafka
    @org.springframework.context.annotation.Configuration
    static class Application {
        @org.springframework.context.annotation.Bean
        ProducerFactory<String, String> producers() {
            return new Producers(Clients.producing(folder));
        }

        @org.springframework.context.annotation.Bean
        ConsumerFactory<String, String> consumers() {
            return new Consumers(Clients.consuming(folder, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10));
        }

        @org.springframework.context.annotation.Bean
        KafkaTemplate<String, String> template(ProducerFactory<String, String> producers) {
            return new KafkaTemplate<>(producers);
        }

        @org.springframework.context.annotation.Bean
        ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory(
                ConsumerFactory<String, String> consumers, KafkaTemplate<String, String> template) {
            var factory = new ConcurrentKafkaListenerContainerFactory<String, String>();
            factory.setConsumerFactory(consumers);
            factory.setReplyTemplate(template);
            factory.setConcurrency(2);
            factory.setCommonErrorHandler(new DefaultErrorHandler(new FixedBackOff(0, 2)));
            return factory;
        }

        @KafkaListener(topics = "orders", groupId = "billing")
        @SendTo("bills")
        String bill(String order) {
            TRIED.add(order);
            if (order.equals("broken")) {
                throw new IllegalArgumentException("of the user");
            }
            return "bill of " + order;
        }

        @KafkaListener(topics = "bills", groupId = "post")
        void send(String bill) {
            BILLED.add(bill);
        }
    }

    @Test
    void aListenerGetsWhatATemplateSendsAndAnswersAndTriesAgain() throws Exception {
        try (var context = new AnnotationConfigApplicationContext(Application.class)) {
            @SuppressWarnings("unchecked")
            KafkaTemplate<String, String> template = context.getBean(KafkaTemplate.class);

            SendResult<String, String> sent =
                    template.send("orders", "k", "first").get();
            var _ = template.send("orders", "k", "broken").get();
            var _ = template.send("orders", "k", "last").get();

            assertThat(sent.getRecordMetadata().offset()).isZero();
            assertThat(BILLED.take()).isEqualTo("bill of first");
            assertThat(BILLED.take()).isEqualTo("bill of last");
            assertThat(TRIED).containsExactly("first", "broken", "broken", "broken", "last");
        }
        try (var again = new LocalConsumer<String, String>(
                Clients.consuming(folder, ConsumerConfig.GROUP_ID_CONFIG, "billing"))) {
            var place = new org.apache.kafka.common.TopicPartition("orders", 0);
            assertThat(again.committed(java.util.Set.of(place)).get(place).offset())
                    .isEqualTo(3);
        }
    }
}
