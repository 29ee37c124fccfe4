package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's producer promises, over a store. */
@ExtendWith(NoLeaks.class)
class LocalProducerTest {
    @TempDir
    Path folder;

    private LocalProducer<String, String> producer(Object... more) {
        return new LocalProducer<>(Clients.producing(folder, more));
    }

    private List<TopicRecord> records(String topic) throws Exception {
        List<TopicRecord> all = new ArrayList<>();
        try (Store store = Store.open(folder);
                Topic opened = store.open(topic);
                Cursor cursor = opened.read(Start.earliest())) {
            List<TopicRecord> some = cursor.tryPoll();
            while (!some.isEmpty()) {
                all.addAll(some);
                some = cursor.tryPoll();
            }
        }
        return all;
    }

    @Test
    void whatIsSentIsInTheLogWhenItsFutureIsDone() throws Exception {
        try (Producer<String, String> producer = producer()) {
            ProducerRecord<String, String> sent = new ProducerRecord<>("t", null, 1_234L, "k", "v");
            sent.headers().add("h", new byte[] {7}).add("none", null);

            RecordMetadata where = producer.send(sent).get();

            assertThat(where.topic()).isEqualTo("t");
            assertThat(where.partition()).isZero();
            assertThat(where.offset()).isZero();
            assertThat(where.timestamp()).isEqualTo(1_234);
            assertThat(where.serializedKeySize()).isEqualTo(1);
            assertThat(where.serializedValueSize()).isEqualTo(1);
            TopicRecord record = records("t").getFirst();
            assertThat(record.key()).isEqualTo("k");
            assertThat(record.value()).isEqualTo("v");
            assertThat(record.timestamp()).isEqualTo(1_234);
            assertThat(record.headers())
                    .extracting(header ->
                            header.name() + ":" + (header.valueBytes() == null ? "null" : header.valueBytes().length))
                    .containsExactly("h:1", "none:null");
            assertThat(sent.headers()).hasSize(2);
            assertThatThrownBy(() -> sent.headers().add("late", null)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void recordsOfAPartitionAreOneBatchAndKeepTheirOrder() throws Exception {
        List<RecordMetadata> told = Collections.synchronizedList(new ArrayList<>());
        try (Producer<String, String> producer = producer(ProducerConfig.LINGER_MS_CONFIG, 600_000)) {
            for (int i = 0; i < 100; i++) {
                var _ = producer.send(new ProducerRecord<>("t", "k", "v" + i), (where, why) -> told.add(where));
            }
            assertThat(records("t")).isEmpty(); // the linger is long
            producer.flush();

            assertThat(told).extracting(RecordMetadata::offset).isSorted().hasSize(100);
            assertThat(records("t")).extracting(TopicRecord::value).hasSize(100).endsWith("v99");
            assertThat(value(producer, "request-total")).isEqualTo(1.0);
            assertThat(value(producer, "record-send-total")).isEqualTo(100.0);
            assertThat(value(producer, "buffer-available-bytes")).isEqualTo(value(producer, "buffer-total-bytes"));
        }
    }

    @Test
    void anArrayMayBeUsedAgainWhenItWasSent() throws Exception {
        Map<String, Object> config = Clients.producing(
                folder,
                ProducerConfig.LINGER_MS_CONFIG,
                600_000,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class);
        byte[] value = new byte[1];
        try (var producer = new LocalProducer<String, byte[]>(config)) {
            for (byte i = '0'; i <= '9'; i++) {
                value[0] = i;
                var _ = producer.send(new ProducerRecord<>("t", value));
            }
        }
        assertThat(String.join("", records("t").stream().map(TopicRecord::value).toList()))
                .isEqualTo("0123456789");
    }

    private static Object value(Producer<?, ?> producer, String name) {
        return producer.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .findFirst()
                .orElseThrow()
                .getValue()
                .metricValue();
    }

    @Test
    void manyThreadsSendAndNothingIsLostOrTwice() throws Exception {
        int many = 20_000;
        try (Producer<String, String> producer =
                producer(ProducerConfig.BUFFER_MEMORY_CONFIG, 64_000L, LocalConfig.NUM_PARTITIONS_CONFIG, 3)) {
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String name = "t" + t + "-";
                tasks.add(Task.start(t % 2 == 0 ? ThreadKind.PLATFORM : ThreadKind.VIRTUAL, () -> {
                    for (int i = 0; i < many / 4; i++) {
                        var _ = producer.send(new ProducerRecord<>("t", name + i, name + i));
                    }
                    return 0;
                }));
            }
            for (Task<Integer> each : tasks) {
                var _ = each.result();
            }
        }
        assertThat(records("t")).extracting(TopicRecord::value).hasSize(many).doesNotHaveDuplicates();
    }

    @Test
    void aKeyGoesWhereKafkaPutsIt() throws Exception {
        try (Producer<String, String> producer = producer(LocalConfig.NUM_PARTITIONS_CONFIG, 7)) {
            for (String key : List.of("a", "customer-7", "나루")) {
                int expected = org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(
                        key.getBytes(java.nio.charset.StandardCharsets.UTF_8), 7);
                assertThat(producer.send(new ProducerRecord<>("t", key, "v"))
                                .get()
                                .partition())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void recordsWithoutAKeyStickToAPartitionUntilABatchIsFull() throws Exception {
        try (Producer<String, String> producer =
                producer(LocalConfig.NUM_PARTITIONS_CONFIG, 5, ProducerConfig.BATCH_SIZE_CONFIG, 1_000)) {
            List<Future<RecordMetadata>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(producer.send(new ProducerRecord<>("t", "0123456789".repeat(7))));
            }
            List<Integer> partitions = new ArrayList<>();
            for (Future<RecordMetadata> each : all) {
                partitions.add(each.get().partition());
            }
            int changes = 0;
            for (int i = 1; i < partitions.size(); i++) {
                changes += partitions.get(i).equals(partitions.get(i - 1)) ? 0 : 1;
            }
            assertThat(changes).isBetween(8, 15); // some nine records make a batch
        }
    }

    /** Chooses the last partition of those it is shown. */
    public static final class LastOne implements Partitioner {
        static volatile Map<String, ?> configured = Map.of();
        static volatile boolean isClosed;

        @Override
        public int partition(
                String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
            return cluster.partitionCountForTopic(topic) - 1;
        }

        @Override
        public void close() {
            isClosed = true;
        }

        @Override
        public void configure(Map<String, ?> configs) {
            configured = configs;
        }
    }

    @Test
    void aPartitionerOfOnesOwnChooses() throws Exception {
        try (Producer<String, String> producer = producer(
                LocalConfig.NUM_PARTITIONS_CONFIG,
                4,
                ProducerConfig.PARTITIONER_CLASS_CONFIG,
                LastOne.class,
                "my.own",
                "setting")) {
            assertThat(producer.send(new ProducerRecord<>("t", "k", "v")).get().partition())
                    .isEqualTo(3);
            assertThat(LastOne.configured.get("my.own")).isEqualTo("setting");
            assertThat(producer.partitionsFor("t")).hasSize(4);
        }
        assertThat(LastOne.isClosed).isTrue();
    }

    @Test
    void whatIsTooLargeIsRefusedByItsFutureAndCallback() throws Exception {
        AtomicReference<Exception> told = new AtomicReference<>();
        try (Producer<String, String> producer = producer(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1_000)) {
            var future = producer.send(new ProducerRecord<>("t", "v".repeat(1_001)), (_, why) -> told.set(why));

            assertThatThrownBy(future::get).hasCauseInstanceOf(RecordTooLargeException.class);
            assertThat(told.get()).isInstanceOf(RecordTooLargeException.class).hasMessageContaining("max.request.size");
        }
    }

    @Test
    void whatTheTopicDoesNotTakeIsRefusedWithItsLimit() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic _ = store.create("t", TopicSpec.partitions(1).withMaxMessageBytes(500));
                Producer<String, String> producer = producer()) {
            var future = producer.send(new ProducerRecord<>("t", "v".repeat(501)));
            assertThatThrownBy(future::get)
                    .hasCauseInstanceOf(RecordTooLargeException.class)
                    .hasMessageContaining("500");
            for (int i = 0; i < 20; i++) { // no batch becomes larger than the topic takes
                assertThat(producer.send(new ProducerRecord<>("t", "v".repeat(400))))
                        .isNotNull();
            }
            producer.flush();
        }
        assertThat(records("t")).hasSize(20);
    }

    @Test
    void topicsAreMadeUnlessThatIsForbidden() throws Exception {
        try (Producer<String, String> producer = producer(LocalConfig.AUTO_CREATE_TOPICS_CONFIG, false)) {
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("none", "v")).get())
                    .hasCauseInstanceOf(TimeoutException.class)
                    .hasMessageContaining("naru.auto.create.topics");
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> producer.partitionsFor("none"));
        }
        try (Producer<String, String> producer = producer(LocalConfig.NUM_PARTITIONS_CONFIG, "2")) {
            assertThat(producer.partitionsFor("made")).hasSize(2);
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("bad name", "v")).get())
                    .hasCauseInstanceOf(InvalidTopicException.class);
        }
    }

    @Test
    void aPartitionThatIsAddedIsFoundAndOneThatIsNotThereIsRefused() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Producer<String, String> producer = producer()) {
            assertThat(producer.send(new ProducerRecord<>("t", "v")).get().partition())
                    .isZero();
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("t", 1, "k", "v"))
                            .get())
                    .hasCauseInstanceOf(TimeoutException.class);

            store.change("t", spec -> spec.withPartitions(2));

            assertThat(producer.send(new ProducerRecord<>("t", 1, "k", "v"))
                            .get()
                            .partition())
                    .isEqualTo(1);
        }
    }

    @Test
    void aTopicThatWasRemovedFailsOnceAndIsThenMadeAnew() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Producer<String, String> producer = producer()) {
            var _ = producer.send(new ProducerRecord<>("t", "old")).get();
            store.remove("t");
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("t", "lost")).get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);

            assertThat(producer.send(new ProducerRecord<>("t", "new")).get().offset())
                    .isZero();
        }
        assertThat(records("t")).extracting(TopicRecord::value).containsExactly("new");
    }

    @Test
    void anObjectOfAnotherClassIsRefusedByTheNameOfItsSerializer() {
        try (var producer = new LocalProducer<Object, Object>(Clients.producing(folder))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("t", 7, "v")))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("key.serializer");
        }
    }

    @Test
    void callbacksRunInOneThreadAndMaySend() throws Exception {
        int many = 5_000;
        CountDownLatch left = new CountDownLatch(many);
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        try (Producer<String, String> producer = producer(ProducerConfig.LINGER_MS_CONFIG, 0)) {
            class Chain {
                void next() {
                    var _ = producer.send(new ProducerRecord<>("t", "v"), (_, why) -> {
                        threads.add(Thread.currentThread().getName());
                        left.countDown();
                        if (why == null && left.getCount() > 0) {
                            next();
                        }
                    });
                }
            }
            new Chain().next();
            left.await();
        }
        assertThat(threads.stream().distinct()).hasSize(1);
        assertThat(records("t")).hasSize(many);
    }

    @Test
    void aCallbackThatThrowsOrFlushesOrClosesHurtsNobody() throws Exception {
        AtomicReference<Exception> flushing = new AtomicReference<>();
        Producer<String, String> producer = producer();
        var _ = producer.send(new ProducerRecord<>("t", "a"), (_, _) -> {
            try {
                producer.flush();
            } catch (KafkaException refused) {
                flushing.set(refused);
            }
            throw new IllegalStateException("of the user");
        });
        producer.flush();
        assertThat(flushing.get()).hasMessageContaining("flush");
        CountDownLatch closed = new CountDownLatch(1);
        var _ = producer.send(new ProducerRecord<>("t", "b"), (_, _) -> {
            producer.close();
            closed.countDown();
        });
        closed.await();
        producer.close();
        assertThat(records("t")).hasSize(2);
    }

    @Test
    void closeWaitsForWhatWasSent() throws Exception {
        List<Future<RecordMetadata>> all = new ArrayList<>();
        try (Producer<String, String> producer = producer(ProducerConfig.LINGER_MS_CONFIG, 600_000)) {
            for (int i = 0; i < 10; i++) {
                all.add(producer.send(new ProducerRecord<>("t", "v" + i)));
            }
        }
        assertThat(all).allMatch(Future::isDone);
        assertThat(records("t")).hasSize(10);
    }

    @Test
    void afterCloseNothingIsSent() {
        Producer<String, String> producer = producer();
        producer.close();
        producer.close();
        assertThatThrownBy(() -> producer.send(new ProducerRecord<>("t", "v")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    /** Holds the lock of a partition, as one does that is stopped in the middle of an append. */
    private static TopicWriter claimed(Topic topic) throws Exception {
        TopicWriter writer = topic.writer(0);
        writer.claim(-1, 1, 0);
        return writer;
    }

    @Test
    void aCloseWithATimeDoesNotWaitForOneWhoHoldsThePartition() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            Producer<String, String> producer = producer();
            TopicWriter other = claimed(topic);
            Future<RecordMetadata> first = producer.send(new ProducerRecord<>("t", "v"));

            producer.close(Duration.ofMillis(1));

            assertThatThrownBy(first::get)
                    .hasCauseInstanceOf(KafkaException.class)
                    .hasMessageContaining("forcefully");
            other.abort();
        }
        assertThat(records("t")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aCloseThatIsInterruptedReleasesAll(ThreadKind kind) throws Exception {
        LastOne.isClosed = false;
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            TopicWriter other = claimed(topic);
            Producer<String, String> producer = producer(ProducerConfig.PARTITIONER_CLASS_CONFIG, LastOne.class);
            Future<RecordMetadata> held = producer.send(new ProducerRecord<>("t", "v"));
            var closing = Task.start(kind, () -> {
                        producer.close();
                        return 0;
                    })
                    .awaitWaitingIn(Sender.class.getName());

            assertThat(closing.interrupt().failure()).isInstanceOf(InterruptException.class);

            assertThat(closing.interruptedAtEnd()).isTrue();
            assertThat(LastOne.isClosed).isTrue();
            assertThatThrownBy(held::get).hasMessageContaining("forcefully");
            other.abort();
        }
    }

    @Test
    void theOrderOfAPartitionHoldsWhenItsTopicGrows() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic _ = store.create("t", TopicSpec.partitions(1));
                Producer<String, String> producer =
                        producer(ProducerConfig.LINGER_MS_CONFIG, 600_000, ProducerConfig.BATCH_SIZE_CONFIG, 1_000)) {
            var _ = producer.send(new ProducerRecord<>("t", 0, "k", "0")); // stays open
            store.change("t", spec -> spec.withPartitions(2));
            var _ = producer.send(new ProducerRecord<>("t", 1, "k", "finds the other partition"));
            for (int i = 1; i <= 40; i++) { // some batches, of which the full ones go at once
                var _ = producer.send(new ProducerRecord<>("t", 0, "k", i + " ".repeat(100)));
            }
        }
        assertThat(records("t").stream().filter(record -> record.partition() == 0))
                .extracting(record -> Integer.parseInt(record.value().strip()))
                .isSorted()
                .hasSize(41);
    }

    @Test
    void aDeliveryThatTakesTooLongFails() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1));
                Producer<String, String> producer = producer(
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        50,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        40,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0)) {
            TopicWriter other = claimed(topic);
            Future<RecordMetadata> held = producer.send(new ProducerRecord<>("t", "held"));
            Future<RecordMetadata> free = producer.send(new ProducerRecord<>("other", "free"));

            assertThatThrownBy(held::get).hasCauseInstanceOf(TimeoutException.class);
            other.abort();
            assertThat(free).isNotNull(); // it may have become too old behind the other
            producer.flush();
        }
        assertThat(records("t")).isEmpty();
    }

    @Test
    void whoFindsNoRoomWaitsForItsTime() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1));
                Producer<String, String> producer = producer(
                        ProducerConfig.BUFFER_MEMORY_CONFIG, 1_000L, ProducerConfig.MAX_BLOCK_MS_CONFIG, 20L)) {
            TopicWriter other = claimed(topic);
            var _ = producer.send(new ProducerRecord<>("t", "v".repeat(900)));
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("t", "v".repeat(900)))
                            .get())
                    .hasCauseInstanceOf(BufferExhaustedException.class);
            other.abort();
        }
        assertThat(records("t")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void anInterruptOrACloseEndsAWaitForRoom(ThreadKind kind) throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            Producer<String, String> producer = producer(ProducerConfig.BUFFER_MEMORY_CONFIG, 1_000L);
            TopicWriter other = claimed(topic);
            var _ = producer.send(new ProducerRecord<>("t", "v".repeat(900)));
            var interrupted = Task.start(kind, () -> producer.send(new ProducerRecord<>("t", "v".repeat(900))))
                    .awaitWaitingIn(Accumulator.class.getName());
            var closed = Task.start(kind, () -> producer.send(new ProducerRecord<>("t", "v".repeat(900))))
                    .awaitWaitingIn(Accumulator.class.getName());
            var flushing = Task.start(kind, () -> {
                        producer.flush();
                        return 0;
                    })
                    .awaitWaitingIn(Batch.class.getName());

            assertThat(interrupted.interrupt().failure()).isInstanceOf(InterruptException.class);
            assertThat(interrupted.interruptedAtEnd()).isTrue();
            assertThat(flushing.interrupt().failure()).isInstanceOf(InterruptException.class);
            producer.close(Duration.ZERO);
            assertThat(closed.failure()).isInstanceOf(IllegalStateException.class);
            other.abort();
        }
    }

    @Test
    void futuresAnswerAsFuturesDo() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1));
                Producer<String, String> producer = producer()) {
            TopicWriter other = claimed(topic);
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("t", "v"));
            assertThat(sent.isDone()).isFalse();
            assertThat(sent.cancel(true)).isFalse();
            assertThat(sent.isCancelled()).isFalse();
            assertThatThrownBy(() -> sent.get(1, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            other.abort();
            assertThat(sent.get().offset()).isZero();
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("bad name", "v")).get())
                    .isInstanceOf(ExecutionException.class);
        }
    }
}
