package dev.naru.local.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of README and docs. */
@ExtendWith(NoLeaks.class)
class LocalSnippetsTest {
    @TempDir
    Path data;

    private static final Map<String, Object> KAFKAS = Map.of(
            "bootstrap.servers", "broker:9092",
            "group.id", "billing",
            "auto.offset.reset", "earliest",
            "key.serializer", StringSerializer.class,
            "value.serializer", StringSerializer.class,
            "key.deserializer", StringDeserializer.class,
            "value.deserializer", StringDeserializer.class);

    private Map<String, Object> config() {
        Map<String, Object> config = new HashMap<>(KAFKAS);
        config.put("naru.store", data.toString());
        return config;
    }

    @Test
    void whatOneSendsTheOtherBills() {
        LocalSnippets.produce(KAFKAS, data.toString());
        List<String> billed = new ArrayList<>();
        LocalSnippets.consume(config(), billed::add);
        assertThat(billed).containsExactly("{\"total\":12}");
    }

    @Test
    void theFactoriesMakeOurs() throws Exception {
        var producers = new LocalSnippets.LocalProducers<String, String>(config());
        try (var producer = producers.createProducer();
                var consumer = new LocalSnippets.LocalConsumers<String, String>(config()).createConsumer()) {
            assertThat(producer.send(new ProducerRecord<>("t", "v")).get().offset())
                    .isZero();
            assertThat(consumer.listTopics()).containsKey("t");
        } finally {
            producers.destroy();
        }
    }
}
