package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same program sees the same with Kafka's clients and a broker of Apache Kafka as with ours and a store. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // a broker starts
class SameProgramTest {
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final int PARTITIONS = 3;

    private static KafkaClusterTestKit cluster;

    @TempDir
    static Path folder;

    @BeforeAll
    @Timeout(value = 5, unit = TimeUnit.MINUTES) // likewise
    static void start() throws Exception {
        cluster = new KafkaClusterTestKit.Builder(new TestKitNodes.Builder()
                        .setCombined(true)
                        .setNumControllerNodes(1)
                        .setNumBrokerNodes(1)
                        .build())
                .setConfigProp("offsets.topic.replication.factor", "1")
                .setConfigProp("offsets.topic.num.partitions", "1")
                .setConfigProp("group.initial.rebalance.delay.ms", "0")
                .build();
        cluster.format();
        cluster.startup();
        cluster.waitForReadyBrokers();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    /** How clients are made: all that differs. */
    private interface Made {
        void topic(String name) throws Exception;

        Producer<String, String> producer(Map<String, Object> config);

        <V> Consumer<String, V> consumer(Map<String, Object> config);
    }

    private static final Made KAFKAS = new Made() {
        @Override
        public void topic(String name) throws Exception {
            try (Admin admin = cluster.admin()) {
                var _ = admin.createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
        }

        @Override
        public Producer<String, String> producer(Map<String, Object> config) {
            return new KafkaProducer<>(with(config));
        }

        @Override
        public <V> Consumer<String, V> consumer(Map<String, Object> config) {
            return new KafkaConsumer<>(with(config));
        }

        private Map<String, Object> with(Map<String, Object> config) {
            config.put("bootstrap.servers", cluster.bootstrapServers());
            return config;
        }
    };

    private static final Made OURS = new Made() {
        @Override
        public void topic(String name) throws Exception {
            try (Store store = Store.openOrCreate(folder);
                    Topic _ = store.create(name, TopicSpec.partitions(PARTITIONS))) {
                assertThat(store.topics()).contains(name);
            }
        }

        @Override
        public Producer<String, String> producer(Map<String, Object> config) {
            return new LocalProducer<>(with(config));
        }

        @Override
        public <V> Consumer<String, V> consumer(Map<String, Object> config) {
            return new LocalConsumer<>(with(config));
        }

        private Map<String, Object> with(Map<String, Object> config) {
            config.put(LocalConfig.STORE_CONFIG, folder.toString());
            return config;
        }
    };

    private static Map<String, Object> producing(Object... more) {
        Map<String, Object> config = with(more);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        return config;
    }

    private static Map<String, Object> consuming(Object... more) {
        Map<String, Object> config = with(more);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        config.putIfAbsent(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        config.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }

    private static Map<String, Object> with(Object... more) {
        Map<String, Object> config = new HashMap<>();
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        return config;
    }

    private interface Program {
        void run(Made made, List<String> seen) throws Exception;
    }

    private static void same(Program program) throws Exception {
        List<String> kafkas = new ArrayList<>();
        program.run(KAFKAS, kafkas);
        List<String> ours = new ArrayList<>();
        program.run(OURS, ours);
        assertThat(ours).isNotEmpty().containsExactlyElementsOf(kafkas);
    }

    private static List<TopicPartition> partitions(String topic) {
        List<TopicPartition> all = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            all.add(new TopicPartition(topic, number));
        }
        return all;
    }

    private static String text(RecordMetadata where) {
        return where + " " + where.timestamp() + " " + where.serializedKeySize() + " " + where.serializedValueSize();
    }

    private static String text(ConsumerRecord<?, ?> record) {
        List<String> headers = new ArrayList<>();
        record.headers()
                .forEach(header -> headers.add(header.key() + "="
                        + (header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8))));
        return record.partition() + ":" + record.offset() + " " + record.timestampType() + " " + record.timestamp()
                + " "
                + record.serializedKeySize() + " " + record.serializedValueSize() + " " + record.key() + "="
                + record.value() + " " + headers;
    }

    /** That many records, in an order that does not depend on how polls divide them. */
    private static List<String> polled(Consumer<String, String> consumer, int many) {
        List<String> all = new ArrayList<>();
        while (all.size() < many) {
            ConsumerRecords<String, String> records = consumer.poll(LONG);
            records.forEach(record -> all.add(text(record)));
        }
        return all.stream().sorted().toList();
    }

    private static void sendSome(Made made, String topic, int many) throws Exception {
        try (Producer<String, String> producer = made.producer(producing())) {
            for (int i = 0; i < many; i++) {
                var _ = producer.send(new ProducerRecord<>(topic, i % PARTITIONS, 1_000L + i, "k" + i, "v" + i));
            }
        }
    }

    /** The class and the first words of what is thrown. */
    private static String thrown(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        try {
            call.call();
            return "nothing";
        } catch (ExecutionException of) {
            return "future: " + of.getCause().getClass().getName();
        } catch (Throwable thrown) {
            return thrown.getClass().getName();
        }
    }

    @Test
    void whatIsSentIsRead() throws Exception {
        same((made, seen) -> {
            made.topic("sent");
            try (Producer<String, String> producer =
                    made.producer(producing(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"))) {
                for (int i = 0; i < 200; i++) {
                    ProducerRecord<String, String> record = new ProducerRecord<>(
                            "sent", null, 1_000L + i, i % 7 == 0 ? "" : "key-" + i, i % 5 == 0 ? null : "value " + i);
                    if (i % 3 == 0) {
                        record.headers().add("h" + i, new byte[] {'x'}).add("h" + i, null);
                    }
                    seen.add(text(producer.send(record).get()));
                }
                seen.add(producer.partitionsFor("sent").size() + " partitions");
            }
            try (Consumer<String, String> consumer = made.consumer(consuming())) {
                consumer.assign(partitions("sent"));
                seen.addAll(polled(consumer, 200));
            }
        });
    }

    @Test
    void placesAreTheSame() throws Exception {
        same((made, seen) -> {
            made.topic("places");
            sendSome(made, "places", 30);
            List<TopicPartition> all = partitions("places");
            TopicPartition one = all.getFirst();
            try (Consumer<String, String> consumer =
                    made.consumer(consuming(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 3))) {
                consumer.assign(all);
                seen.add("begin " + new java.util.TreeMap<>(text(consumer.beginningOffsets(all))));
                seen.add("end " + new java.util.TreeMap<>(text(consumer.endOffsets(all))));
                OffsetAndTimestamp at =
                        consumer.offsetsForTimes(Map.of(one, 1_010L)).get(one);
                seen.add("time " + at.offset() + " " + at.timestamp());
                seen.add("late " + consumer.offsetsForTimes(Map.of(one, 9_999L)).get(one));
                consumer.pause(all.subList(1, PARTITIONS));
                seen.addAll(polled(consumer, 3));
                seen.add("position " + consumer.position(one) + " lag "
                        + consumer.currentLag(one).orElse(-1));
                consumer.seek(one, 7);
                seen.addAll(polled(consumer, 3));
                consumer.seekToEnd(List.of(one));
                seen.add("end " + consumer.position(one));
                consumer.seekToBeginning(List.of(one));
                seen.add("begin " + consumer.position(one));
                seen.add("paused " + consumer.paused().size() + " of "
                        + consumer.assignment().size());
                consumer.seek(one, 1_000_000);
                seen.add("far " + consumer.position(one));
                while (consumer.position(one) == 1_000_000) {
                    var _ = consumer.poll(Duration.ofMillis(10));
                }
                consumer.seek(all.get(1), 9);
                consumer.resume(all.subList(1, 2));
                consumer.pause(List.of(one));
                seen.addAll(polled(consumer, 1));
            }
        });
    }

    private static Map<String, Long> text(Map<TopicPartition, Long> offsets) {
        Map<String, Long> all = new HashMap<>();
        offsets.forEach((partition, offset) -> all.put(partition.toString(), offset));
        return all;
    }

    @Test
    void errorsAreTheSame() throws Exception {
        same((made, seen) -> {
            made.topic("errors");
            sendSome(made, "errors", 3);
            Producer<String, String> producer = made.producer(
                    producing(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1_000, ProducerConfig.MAX_BLOCK_MS_CONFIG, 500L));
            seen.add(thrown(() -> producer.send(new ProducerRecord<>("errors", "v".repeat(2_000)))
                    .get()));
            seen.add(thrown(() ->
                    producer.send(new ProducerRecord<>("errors", 99, "k", "v")).get()));
            seen.add(thrown(
                    () -> producer.send(new ProducerRecord<>("bad name", "v")).get()));
            seen.add(thrown(() -> producer.close(Duration.ofMillis(-1))));
            producer.close();
            seen.add(thrown(() -> producer.send(new ProducerRecord<>("errors", "v"))));
            seen.add(thrown(producer::flush));

            TopicPartition one = new TopicPartition("errors", 0);
            Consumer<String, String> consumer =
                    made.consumer(consuming(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"));
            seen.add(thrown(() -> consumer.poll(LONG)));
            seen.add(thrown(() -> consumer.seek(one, 0)));
            seen.add(thrown(() -> consumer.position(one)));
            seen.add(thrown(() -> consumer.subscribe(List.of("errors"))));
            seen.add(thrown(() -> consumer.subscribe(List.of(""))));
            consumer.assign(List.of(one));
            seen.add(thrown(() -> consumer.subscribe(List.of("errors"))));
            seen.add(thrown(() -> consumer.poll(LONG)));
            seen.add(thrown(() -> consumer.seek(one, -1)));
            seen.add(thrown(() -> consumer.pause(partitions("other"))));
            seen.add(thrown(consumer::commitSync));
            seen.add(thrown(consumer::groupMetadata));
            seen.add(thrown(consumer::enforceRebalance));
            seen.add(thrown(() -> consumer.offsetsForTimes(Map.of(one, -5L))));
            consumer.wakeup();
            seen.add(thrown(() -> consumer.poll(LONG)));
            consumer.close();
            seen.add(thrown(() -> consumer.poll(LONG)));
            seen.add(thrown(consumer::close));
        });
    }

    @Test
    void aRecordThatCannotBeReadIsPassedTheSameWay() throws Exception {
        same((made, seen) -> {
            made.topic("broken");
            try (Producer<String, String> producer = made.producer(producing())) {
                for (String value : List.of("good", "too long", "fine")) {
                    var _ = producer.send(new ProducerRecord<>("broken", 0, "k", value));
                }
            }
            TopicPartition one = new TopicPartition("broken", 0);
            try (Consumer<String, Integer> consumer = made.consumer(
                    consuming(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, IntegerDeserializer.class))) {
                consumer.assign(List.of(one));
                int read = 0;
                while (read < 2) {
                    try {
                        for (ConsumerRecord<String, Integer> record : consumer.poll(LONG)) {
                            seen.add(record.offset() + " " + record.value());
                            read++;
                        }
                    } catch (RecordDeserializationException broken) {
                        seen.add(broken.origin() + " " + broken.topicPartition() + " " + broken.offset() + " "
                                + broken.keyBuffer().remaining() + " "
                                + broken.valueBuffer().remaining() + " " + consumer.position(one));
                        consumer.seek(one, broken.offset() + 1);
                    }
                }
            }
        });
    }

    @Test
    void aGroupGoesOnTheSameWay() throws Exception {
        same((made, seen) -> {
            made.topic("group");
            sendSome(made, "group", 9);
            Set<TopicPartition> all = Set.copyOf(partitions("group"));
            Map<String, Object> group =
                    Map.of(ConsumerConfig.GROUP_ID_CONFIG, "g", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            Map<String, Object> config = consuming();
            config.putAll(group);
            try (Consumer<String, String> consumer = made.consumer(new HashMap<>(config))) {
                consumer.subscribe(List.of("group"));
                seen.addAll(polled(consumer, 9));
                seen.add("assigned " + consumer.assignment().size() + " " + consumer.subscription());
                consumer.commitSync();
                consumer.commitSync(Map.of(
                        new TopicPartition("group", 0), new OffsetAndMetadata(1, java.util.Optional.empty(), "mine")));
                List<String> told = new ArrayList<>();
                consumer.commitAsync(
                        Map.of(new TopicPartition("group", 1), new OffsetAndMetadata(2)),
                        (offsets, why) -> told.add(offsets.size() + " " + why));
                while (told.isEmpty()) {
                    var _ = consumer.poll(Duration.ofMillis(10));
                }
                seen.addAll(told);
            }
            try (Consumer<String, String> consumer = made.consumer(new HashMap<>(config))) {
                Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all);
                for (TopicPartition each : partitions("group")) { // a store has no leaders to have epochs
                    seen.add(each + " " + committed.get(each).offset() + " "
                            + committed.get(each).metadata());
                }
                consumer.subscribe(List.of("group"));
                seen.addAll(polled(consumer, 3));
            }
            try (Consumer<String, String> consumer = made.consumer(new HashMap<>(config))) {
                TopicPartition one = new TopicPartition("group", 0);
                seen.add(thrown(() -> consumer.commitSync(
                        Map.of(one, new OffsetAndMetadata(1, java.util.Optional.empty(), "m".repeat(4_097))))));
                consumer.commitSync(
                        Map.of(one, new OffsetAndMetadata(1, java.util.Optional.empty(), "m".repeat(4_096))));
                consumer.assign(List.of(one));
                seen.add("position " + consumer.position(one));
            }
            Map<String, Object> byItself = consuming(ConsumerConfig.GROUP_ID_CONFIG, "other");
            try (Consumer<String, String> consumer = made.consumer(byItself)) {
                consumer.subscribe(java.util.regex.Pattern.compile("gro.*"));
                seen.addAll(polled(consumer, 9));
            }
            Map<String, Object> none =
                    consuming(ConsumerConfig.GROUP_ID_CONFIG, "other", ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
            try (Consumer<String, String> consumer = made.consumer(none)) {
                Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all);
                partitions("group")
                        .forEach(each ->
                                seen.add(each + " " + committed.get(each).offset()));
            }
        });
    }

    /** Throws at all that it is told, and keeps it. Of no partitions only Kafka's consumer tells, in the poll after one that threw. */
    private record Throwing(List<String> seen, boolean asKafka) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            fail("revoked ", partitions.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            fail("assigned ", partitions.size());
        }

        private void fail(String told, int many) {
            if (many == 0) {
                return;
            }
            String what = told + many;
            seen.add(what);
            throw asKafka ? new SerializationException(what) : new IllegalStateException(what);
        }
    }

    /** What is thrown and why, as far as that is not of the one who throws. */
    private static String causes(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        StringBuilder all = new StringBuilder();
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(call);
        while (thrown != null) {
            all.append(thrown).append("; ");
            thrown = thrown.getCause();
        }
        return all.toString();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatListenersThrowIsToldTheSameWay(boolean asKafka) throws Exception {
        String topic = "listeners-" + asKafka;
        same((made, seen) -> {
            made.topic(topic);
            sendSome(made, topic, 9);
            Consumer<String, String> consumer =
                    made.consumer(consuming(ConsumerConfig.GROUP_ID_CONFIG, "listeners-" + asKafka));
            consumer.subscribe(List.of(topic), new Throwing(seen, asKafka));
            seen.add(causes(() -> consumer.poll(LONG)));
            seen.addAll(polled(consumer, 9));
            consumer.enforceRebalance();
            seen.add(causes(() -> consumer.poll(LONG)));
            seen.add(causes(() -> consumer.poll(LONG)));
            seen.add(causes(consumer::close));
            seen.add(thrown(() -> consumer.poll(LONG)));
        });
    }

    @Test
    void whoSubscribesAgainGoesOnTheSameWay() throws Exception {
        same((made, seen) -> {
            made.topic("again");
            made.topic("again-too");
            sendSome(made, "again", 9);
            ConsumerRebalanceListener told = new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    seen.add("revoked " + partitions.size());
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    seen.add("assigned " + partitions.size());
                }
            };
            for (boolean commits : new boolean[] {true, false}) {
                Map<String, Object> config = consuming(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "again-" + commits,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        commits);
                try (Consumer<String, String> consumer = made.consumer(config)) {
                    consumer.subscribe(List.of("again"), told);
                    seen.addAll(polled(consumer, 9));
                    consumer.subscribe(List.of("again"), told);
                    seen.add("still " + consumer.poll(Duration.ofMillis(10)).count());
                    consumer.subscribe(List.of("again-too", "again"), told);
                    int before = seen.size();
                    List<String> more = new ArrayList<>();
                    while (seen.size() < before + 2) { // until it is divided
                        consumer.poll(Duration.ofMillis(10)).forEach(record -> more.add(text(record)));
                    }
                    if (!commits) {
                        while (more.size() < 9) { // nothing was committed
                            more.addAll(polled(consumer, 1));
                        }
                    }
                    seen.addAll(more.stream().sorted().toList());
                    seen.add(consumer.assignment().size() + " assigned");
                }
            }
        });
    }

    /** The offset of the first record that comes of that partition. */
    private static long first(Consumer<String, String> consumer, TopicPartition partition) {
        while (true) {
            List<ConsumerRecord<String, String>> records = consumer.poll(LONG).records(partition);
            if (!records.isEmpty()) {
                return records.getFirst().offset();
            }
        }
    }

    @Test
    void resetsOfAGroupAreTheSame() throws Exception {
        same((made, seen) -> {
            made.topic("resets");
            sendSome(made, "resets", 9);
            try (Producer<String, String> producer = made.producer(producing())) {
                for (TopicPartition each : partitions("resets")) {
                    var _ = producer.send(new ProducerRecord<>(each.topic(), each.partition(), "k", "young"));
                }
            }
            TopicPartition one = new TopicPartition("resets", 0);
            for (String reset : List.of("none", "by_duration:PT1H")) {
                Map<String, Object> config = consuming(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "resets-" + reset.replace(':', '-'),
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        reset);
                try (Consumer<String, String> consumer = made.consumer(new HashMap<>(config))) {
                    consumer.subscribe(List.of("resets"));
                    seen.add(thrown(() -> seen.add("begins with " + first(consumer, one))));
                }
                try (Consumer<String, String> consumer = made.consumer(new HashMap<>(config))) {
                    consumer.commitSync(Map.of(
                            one,
                            new OffsetAndMetadata(1_000),
                            new TopicPartition("resets", 1),
                            new OffsetAndMetadata(1),
                            new TopicPartition("resets", 2),
                            new OffsetAndMetadata(1)));
                    consumer.subscribe(List.of("resets"));
                    seen.add(thrown(() -> seen.add("begins with " + first(consumer, one))));
                }
            }
        });
    }
}
