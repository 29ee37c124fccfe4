package dev.naru.local.testing;

import dev.naru.channels.Address;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.local.LocalConsumer;
import dev.naru.local.LocalProducer;
import dev.naru.memory.SharedLock;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.LoggerFactory;

/** A client in a JVM of its own: {@code VERB STORE NAME}, on the topic {@code t}. It says a line for each thing done. */
public final class FarClient {
    private FarClient() {}

    /** The command. */
    public static List<String> command(String verb, Path store, String name) {
        return JavaProgram.of(FarClient.class)
                .needing(LocalProducer.class)
                .needing(Producer.class)
                .needing(LoggerFactory.class)
                .needing(Store.class)
                .needing(SharedLock.class)
                .needing(Address.class)
                .option("-XX:+UseSerialGC")
                .command(verb, store.toString(), name);
    }

    public static void main(String[] arguments) throws Exception {
        String store = arguments[1];
        switch (arguments[0]) {
            case "produce" -> produce(store, arguments[2]);
            case "consume" -> consume(store, arguments[2]);
            case "claim" -> claim(store);
            case "fill" -> fill(Path.of(store));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Until it is killed: a line for each record that has arrived. */
    private static void produce(String store, String name) {
        Map<String, Object> config = Map.of("naru.store", store, "linger.ms", 0);
        try (Producer<String, String> producer =
                new LocalProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; ; i++) {
                String value = name + " " + i;
                var _ = producer.send(new ProducerRecord<>("t", name, value), (where, why) -> {
                    say(why == null ? value + " " + where.offset() : "failed " + why);
                });
            }
        }
    }

    /** Until it is killed: a line for each record, then one before and one after the commit, and waits for one each time. */
    private static void consume(String store, String group) throws IOException {
        Map<String, Object> config = Map.of(
                "naru.store",
                store,
                "group.id",
                group,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                7);
        try (Consumer<String, String> consumer =
                new LocalConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("t"));
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMinutes(10))) {
                    say(record.partition() + " " + record.value());
                }
                say("polled");
                int _ = System.in.read();
                consumer.commitSync();
                say("committed");
                int _ = System.in.read();
            }
        }
    }

    /** Holds the lock of the first partition, as one does that appends. */
    private static void claim(String folder) throws Exception {
        try (Store store = Store.open(Path.of(folder));
                Topic topic = store.open("t")) {
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 8, 1);
            say("claimed");
            int _ = System.in.read();
            writer.abort();
        } catch (IOException refused) {
            say(String.valueOf(refused));
        }
    }

    /** Sends until the disk is full, makes room by a file that lies there, and sends one more. */
    private static void fill(Path store) throws Exception {
        Map<String, Object> config = Map.of("naru.store", store.toString(), "linger.ms", 0);
        try (Producer<String, String> producer =
                new LocalProducer<>(config, new StringSerializer(), new StringSerializer())) {
            long last = -1;
            try {
                while (true) {
                    last = producer.send(new ProducerRecord<>("t", "v".repeat(10_000)))
                            .get()
                            .offset();
                }
            } catch (ExecutionException full) {
                say(full.getCause().getClass().getSimpleName());
                say(String.valueOf(full.getCause().getMessage()));
            }
            Files.delete(store.resolve("ballast"));
            long next = producer.send(new ProducerRecord<>("t", "v".repeat(10_000)))
                    .get()
                    .offset();
            say("one more " + (next - last));
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
