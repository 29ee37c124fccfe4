package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's consumer promises of partitions that it was given by hand, over a store. */
@ExtendWith(NoLeaks.class)
class LocalConsumerTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final TopicPartition U0 = new TopicPartition("u", 0);

    @TempDir
    Path folder;

    private Store store;
    private Topic t;
    private Topic u;

    @BeforeEach
    void create() throws Exception {
        store = Store.create(folder);
        t = store.create("t", TopicSpec.partitions(2));
        u = store.create("u", TopicSpec.partitions(1).withTimestampsByLog());
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private Consumer<String, String> consumer(Object... more) {
        return new LocalConsumer<>(Clients.consuming(folder, more));
    }

    private void append(Topic topic, int partition, String... values) throws Exception {
        for (String value : values) {
            var _ = topic.append(NewRecord.of("k", value).toPartition(partition).withTimestamp(1_000));
        }
    }

    private static List<String> values(ConsumerRecords<String, String> records) {
        List<String> all = new ArrayList<>();
        records.forEach(record -> all.add(record.value()));
        return all;
    }

    @Test
    void recordsComeAsKafkaHasThem() throws Exception {
        var _ = t.append(
                NewRecord.of("k", "v").toPartition(1).withTimestamp(1_234).withHeader("h", "x"));
        var _ = t.append(NewRecord.of((byte[]) null, null).toPartition(1));
        append(u, 0, "by the log");
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T1));

            ConsumerRecords<String, String> records = consumer.poll(LONG);

            assertThat(records.count()).isEqualTo(2);
            ConsumerRecord<String, String> first = records.records(T1).getFirst();
            assertThat(first.topic()).isEqualTo("t");
            assertThat(first.partition()).isEqualTo(1);
            assertThat(first.offset()).isZero();
            assertThat(first.timestamp()).isEqualTo(1_234);
            assertThat(first.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
            assertThat(first.key()).isEqualTo("k");
            assertThat(first.serializedKeySize()).isEqualTo(1);
            assertThat(new String(first.headers().lastHeader("h").value(), StandardCharsets.UTF_8))
                    .isEqualTo("x");
            ConsumerRecord<String, String> second = records.records(T1).getLast();
            assertThat(second.key()).isNull();
            assertThat(second.value()).isNull();
            assertThat(second.serializedValueSize()).isEqualTo(ConsumerRecord.NULL_SIZE);
            assertThat(records.nextOffsets().get(T1).offset()).isEqualTo(2);
            assertThat(consumer.position(T1)).isEqualTo(2);

            consumer.assign(List.of(U0));
            ConsumerRecord<String, String> logged =
                    consumer.poll(LONG).records(U0).getFirst();
            assertThat(logged.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
            assertThat(logged.timestamp()).isGreaterThan(1_000);
        }
    }

    @Test
    void partitionsOfSeveralTopicsAreReadAndGoOnWhereTheyWere() throws Exception {
        append(t, 0, "a", "b");
        append(u, 0, "c");
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0, U0));
            List<String> read = new ArrayList<>(values(consumer.poll(LONG)));
            while (read.size() < 3) {
                read.addAll(values(consumer.poll(LONG)));
            }
            assertThat(read).containsExactlyInAnyOrder("a", "b", "c");
            append(t, 0, "d");
            append(t, 1, "e");

            consumer.assign(List.of(T1, T0));

            assertThat(consumer.assignment()).containsExactlyInAnyOrder(T0, T1);
            read = new ArrayList<>(values(consumer.poll(LONG)));
            while (read.size() < 2) {
                read.addAll(values(consumer.poll(LONG)));
            }
            assertThat(read).containsExactlyInAnyOrder("d", "e");
        }
    }

    @Test
    void nothingComesBeforeItsTimeIsOver() {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0));
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
            assertThat(consumer.poll(Duration.ofMillis(1)).isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aPollThatWaitsIsEndedByARecord(ThreadKind kind) throws Exception {
        var waiting = Task.start(kind, () -> {
                    try (Consumer<String, String> consumer = consumer()) {
                        consumer.assign(List.of(T0, U0));
                        return values(consumer.poll(LONG));
                    }
                })
                .awaitWaitingOrInFutex();
        append(u, 0, "woken");
        assertThat(waiting.result()).containsExactly("woken");
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aWakeupEndsAPollThatWaitsAndNothingIsLost(ThreadKind kind) throws Exception {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0));
            append(t, 0, "a");
            assertThat(values(consumer.poll(LONG))).containsExactly("a");
            var waiting = Task.start(kind, () -> consumer.poll(LONG)).awaitWaitingOrInFutex();

            consumer.wakeup();

            assertThat(waiting.failure()).isInstanceOf(WakeupException.class);
            append(t, 0, "b");
            assertThat(values(consumer.poll(LONG))).containsExactly("b");
            consumer.wakeup();
            assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(WakeupException.class);
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void anInterruptEndsAPollThatWaitsAndTheConsumerGoesOn(ThreadKind kind) throws Exception {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0));
            var waiting = Task.start(kind, () -> consumer.poll(LONG)).awaitWaitingOrInFutex();

            assertThat(waiting.interrupt().failure()).isInstanceOf(InterruptException.class);

            assertThat(waiting.interruptedAtEnd()).isTrue();
            append(t, 0, "b");
            assertThat(values(consumer.poll(LONG))).containsExactly("b");
        }
    }

    @Test
    void aSecondThreadIsRefused() throws Exception {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0));
            var waiting =
                    Task.start(ThreadKind.PLATFORM, () -> consumer.poll(LONG)).awaitWaitingOrInFutex();

            assertThatThrownBy(() -> consumer.position(T0)).isInstanceOf(ConcurrentModificationException.class);
            assertThatThrownBy(consumer::close).isInstanceOf(ConcurrentModificationException.class);

            consumer.wakeup();
            assertThat(waiting.failure()).isInstanceOf(WakeupException.class);
        }
    }

    @Test
    void noMoreComeThanWished() throws Exception {
        append(t, 0, "a", "b", "c", "d", "e");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2)) {
            consumer.assign(List.of(T0));
            assertThat(values(consumer.poll(LONG))).containsExactly("a", "b");
            assertThat(consumer.position(T0)).isEqualTo(2);
            assertThat(values(consumer.poll(LONG))).containsExactly("c", "d");
            consumer.pause(List.of(T0)); // what is read ahead comes again
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
            assertThat(consumer.position(T0)).isEqualTo(4);
            assertThat(consumer.paused()).containsExactly(T0);
            consumer.resume(List.of(T0));
            assertThat(values(consumer.poll(LONG))).containsExactly("e");
        }
    }

    @Test
    void seeksGoWhereTheySay() throws Exception {
        append(t, 0, "a", "b", "c");
        try (Consumer<String, String> consumer = consumer()) {
            consumer.assign(List.of(T0));
            consumer.seek(T0, 1);
            assertThat(consumer.position(T0)).isEqualTo(1);
            assertThat(values(consumer.poll(LONG))).containsExactly("b", "c");
            consumer.seekToBeginning(List.of(T0));
            assertThat(values(consumer.poll(LONG))).containsExactly("a", "b", "c");
            consumer.seek(T0, new OffsetAndMetadata(2));
            assertThat(values(consumer.poll(LONG))).containsExactly("c");
            consumer.seekToEnd(List.of());
            assertThat(consumer.position(T0)).isEqualTo(3);
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
            assertThatThrownBy(() -> consumer.seek(T1, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> consumer.position(T1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> consumer.seek(T0, -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whereNothingIsKnownTheResetSays() throws Exception {
        append(t, 0, "a");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest")) {
            consumer.assign(List.of(T0));
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
            append(t, 0, "b");
            assertThat(values(consumer.poll(LONG))).containsExactly("b");
            consumer.seek(T0, 1_000_000);
            assertThat(consumer.poll(Duration.ZERO).isEmpty()).isTrue();
            assertThat(consumer.position(T0)).isEqualTo(2);
        }
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")) {
            consumer.assign(List.of(T0));
            assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(NoOffsetForPartitionException.class);
            consumer.seek(T0, 1_000_000);
            assertThatThrownBy(() -> consumer.poll(LONG))
                    .isInstanceOfSatisfying(
                            OffsetOutOfRangeException.class,
                            lost -> assertThat(lost.offsetOutOfRangePartitions())
                                    .isEqualTo(Map.of(T0, 1_000_000L)));
            consumer.seek(T0, 0);
            assertThat(values(consumer.poll(LONG))).containsExactly("a", "b");
        }
        try (Consumer<String, String> consumer =
                consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "by_duration:PT1H")) {
            var _ = t.append(NewRecord.of("k", "c").toPartition(0)); // those before are of 1970
            consumer.assign(List.of(T0));
            assertThat(values(consumer.poll(LONG))).containsExactly("c");
        }
    }

    @Test
    void whatRetentionTakesAwayIsPassedOverOrTold() throws Exception {
        append(t, 0, "a", "b", "c");
        try (Consumer<String, String> earliest = consumer();
                Consumer<String, String> none = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")) {
            for (Consumer<String, String> each : List.of(earliest, none)) {
                each.assign(List.of(T0));
                each.seek(T0, 0);
            }
            t.deleteBefore(0, 2);

            assertThat(values(earliest.poll(LONG))).containsExactly("c");
            assertThatThrownBy(() -> none.poll(LONG)).isInstanceOf(OffsetOutOfRangeException.class);
        }
    }

    @Test
    void aTopicThatWasRemovedIsReadFromItsBeginningWhenItIsMadeAnew() throws Exception {
        append(t, 0, "a", "b");
        append(u, 0, "c");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false)) {
            consumer.assign(List.of(T0, T1, U0));
            List<String> read = new ArrayList<>();
            while (read.size() < 3) {
                read.addAll(values(consumer.poll(LONG)));
            }
            assertThat(consumer.endOffsets(List.of(T0))).isEqualTo(Map.of(T0, 2L));
            consumer.pause(List.of(T1));

            store.remove("t");

            assertThat(consumer.poll(Duration.ofMillis(1)).isEmpty()).isTrue();
            append(u, 0, "d");
            assertThat(values(consumer.poll(LONG))).containsExactly("d"); // the others go on
            assertThatThrownBy(() -> consumer.endOffsets(List.of(T0))).isInstanceOf(TimeoutException.class);
            assertThat(consumer.partitionsFor("t")).isEmpty();
            assertThat(consumer.assignment()).contains(T0, T1);
            try (Topic anew = store.create("t", TopicSpec.partitions(2))) {
                for (int partition = 0; partition < 2; partition++) {
                    append(anew, partition, "e", "f", "g");
                }
                assertThat(values(consumer.poll(LONG))).containsExactly("e", "f", "g");
                assertThat(consumer.position(T0)).isEqualTo(3);
                assertThat(consumer.endOffsets(List.of(T0))).isEqualTo(Map.of(T0, 3L));
            }
        }
    }

    @Test
    void aDamagedLogIsToldWhateverCheckCrcsSays() throws Exception {
        append(t, 0, "whole", "damaged");
        Path log;
        try (Stream<Path> files = Files.walk(folder)) {
            log = files.filter(file -> file.toString().matches(".*/t-0/.*\\.log|.*/t/0/.*\\.log"))
                    .findFirst()
                    .orElseThrow();
        }
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer begin = ByteBuffer.allocate(1_000);
            int read = file.read(begin);
            int at = new String(begin.array(), 0, read, StandardCharsets.ISO_8859_1).indexOf("damaged");
            assertThat(at).isPositive();
            assertThat(file.write(ByteBuffer.wrap(new byte[] {'D'}), at)).isOne();
        }
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.CHECK_CRCS_CONFIG, false)) {
            consumer.assign(List.of(T0));
            assertThat(values(consumer.poll(LONG))).containsExactly("whole");
            assertThatThrownBy(() -> consumer.poll(LONG))
                    .isInstanceOf(CorruptRecordException.class)
                    .hasMessageContaining(log.getFileName().toString());
        }
    }

    @Test
    void offsetsAreLookedUp() throws Exception {
        for (int i = 0; i < 5; i++) {
            var _ = t.append(NewRecord.of("k", "v" + i).toPartition(0).withTimestamp(1_000 + i));
        }
        t.deleteBefore(0, 1);
        try (Consumer<String, String> consumer = consumer()) {
            assertThat(consumer.beginningOffsets(List.of(T0, T1))).isEqualTo(Map.of(T0, 1L, T1, 0L));
            assertThat(consumer.endOffsets(List.of(T0, T1), Duration.ZERO)).isEqualTo(Map.of(T0, 5L, T1, 0L));
            assertThat(consumer.offsetsForTimes(Map.of(T0, 1_003L)).get(T0).offset())
                    .isEqualTo(3);
            assertThat(consumer.offsetsForTimes(Map.of(T0, 1_003L)).get(T0).timestamp())
                    .isEqualTo(1_003);
            assertThat(consumer.offsetsForTimes(Map.of(T0, 9_999L)).get(T0)).isNull();
            assertThat(consumer.partitionsFor("t")).hasSize(2);
            assertThat(consumer.listTopics()).containsOnlyKeys("t", "u");
            consumer.assign(List.of(T0));
            assertThat(consumer.currentLag(T0)).hasValue(4);
            assertThatThrownBy(() -> consumer.endOffsets(List.of(new TopicPartition("t", 2))))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void aRecordThatCannotBeReadSaysWhereItIsAndCanBePassed() throws Exception {
        var _ = t.append(NewRecord.of(null, new byte[] {0, 0, 0, 1}).toPartition(0));
        var _ = t.append(NewRecord.of(null, new byte[] {7}).toPartition(0));
        var _ = t.append(NewRecord.of(null, new byte[] {0, 0, 0, 3}).toPartition(0));
        Map<String, Object> config =
                Clients.consuming(folder, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, IntegerDeserializer.class);
        try (Consumer<String, Integer> consumer = new LocalConsumer<>(config)) {
            consumer.assign(List.of(T0));
            assertThat(consumer.poll(LONG).records(T0).getFirst().value()).isEqualTo(1);
            for (int times = 0; times < 2; times++) {
                assertThatThrownBy(() -> consumer.poll(LONG))
                        .isInstanceOfSatisfying(RecordDeserializationException.class, broken -> {
                            assertThat(broken.topicPartition()).isEqualTo(T0);
                            assertThat(broken.offset()).isEqualTo(1);
                            assertThat(broken.valueBuffer().remaining()).isEqualTo(1);
                            assertThat(broken.keyBuffer()).isNull();
                        });
                assertThat(consumer.position(T0)).isEqualTo(1);
            }
            consumer.seek(T0, 2);
            assertThat(consumer.poll(LONG).records(T0).getFirst().value()).isEqualTo(3);
        }
    }

    @Test
    void offsetsOfAGroupAreCommittedByHand() throws Exception {
        append(t, 0, "a", "b", "c");
        Object[] group = {
            ConsumerConfig.GROUP_ID_CONFIG,
            "g",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            2
        };
        try (Consumer<String, String> consumer = consumer(group)) {
            consumer.assign(List.of(T0));
            assertThat(consumer.committed(Set.of(T0)).get(T0)).isNull();
            var _ = consumer.poll(LONG);
            consumer.commitSync();
            assertThat(consumer.committed(Set.of(T0)).get(T0)).isEqualTo(new OffsetAndMetadata(2));
            OffsetAndMetadata first = new OffsetAndMetadata(1, java.util.Optional.of(0), "why");
            List<Object> told = new ArrayList<>();
            consumer.commitAsync(Map.of(T0, first), (offsets, why) -> told.add(why == null ? offsets : why));
            assertThat(told).isEmpty();
            var _ = consumer.poll(Duration.ZERO);
            assertThat(told).containsExactly(Map.of(T0, first));
            assertThat(consumer.committed(Set.of(T0)).get(T0)).isEqualTo(first);
        }
        try (Consumer<String, String> consumer = consumer(group)) {
            consumer.assign(List.of(T0));
            assertThat(consumer.position(T0)).isEqualTo(1);
            assertThat(values(consumer.poll(LONG))).containsExactly("b", "c");
        }
    }

    @Test
    void whatNeedsAGroupIsRefusedWithoutOne() {
        try (Consumer<String, String> consumer = consumer()) {
            assertThatThrownBy(() -> consumer.subscribe(List.of("t"))).isInstanceOf(InvalidGroupIdException.class);
            assertThatThrownBy(consumer::groupMetadata).isInstanceOf(InvalidGroupIdException.class);
            consumer.assign(List.of(T0));
            assertThatThrownBy(consumer::commitSync).isInstanceOf(InvalidGroupIdException.class);
            assertThatThrownBy(consumer::enforceRebalance).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> consumer(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, true))
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void withoutAnyPartitionAPollIsRefusedAndAfterCloseEverything() {
        Consumer<String, String> consumer = consumer();
        assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(IllegalStateException.class);
        consumer.assign(List.of(T0));
        consumer.unsubscribe();
        assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(IllegalStateException.class);
        consumer.close();
        consumer.close();
        assertThatThrownBy(() -> consumer.poll(LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
