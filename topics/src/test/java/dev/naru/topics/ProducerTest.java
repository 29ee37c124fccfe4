package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.Logs;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Producers whose records are there once, however often they are killed. */
@ExtendWith(NoLeaks.class)
class ProducerTest {
    private static final TopicSpec ONE = TopicSpec.partitions(1).withSegmentBytes(1 << 16);
    private static final byte[] HALF = new byte[40_000];

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private static void assertRefused(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    private static NewRecord record(int number) {
        return NewRecord.of(null, "v" + number).toPartition(0);
    }

    @Test
    void itsRecordsAreNumberedAndTheNumberOutlivesIt() throws Exception {
        long id;
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            try (Producer producer = store.producer("import")) {
                id = producer.id();
                assertThat(producer.next(topic, 0)).isZero();
                for (int i = 0; i < 3; i++) {
                    assertThat(producer.append(topic, record(i)).offset()).isEqualTo(i);
                }
                assertThat(producer.next(topic, 0)).isEqualTo(3);
            }
            var _ = topic.append("k", "of somebody else");
        }
        try (Store store = Store.open(folder);
                Topic topic = store.open("t");
                Producer producer = store.producer("import");
                Producer other = store.producer("other")) {
            assertThat(producer.id()).isEqualTo(id);
            assertThat(other.id()).isNotEqualTo(id);
            assertThat(producer.next(topic, 0)).isEqualTo(3);
            assertThat(other.next(topic, 0)).isZero();
            assertThat(producer.append(topic, 1, record(1))).isEmpty();
            assertThat(producer.append(topic, 2, record(2))).isEmpty();
            assertRefused(() -> producer.append(topic, 4, record(4)), Problem.OUT_OF_ORDER);
            assertThat(producer.append(topic, 3, record(3))).contains(new Appended(0, 4));
            assertThat(Logs.values(topic)).containsExactly("v0", "v1", "v2", "of somebody else", "v3");
        }
    }

    @Test
    void oneAtATimeHasAName() throws Exception {
        Store store = Store.create(folder);
        Producer producer = store.producer("import");
        try (Store second = Store.open(folder)) {
            assertRefused(() -> second.producer("import"), Problem.PRODUCER_IN_USE);
            assertRefused(() -> store.producer("import"), Problem.PRODUCER_IN_USE);
            assertRefused(() -> store.producer("a/b"), Problem.BAD_TOPIC_NAME);
            producer.close();
            second.producer("import").close();

            Producer left = store.producer("import");
            store.close();
            second.producer("import").close();
            try (Topic topic = second.create("t", ONE)) {
                assertThatThrownBy(() -> left.next(topic, 0)).isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    @Test
    void theLogAndItsSnapshotsAreAsKafkaWantsThem() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", ONE);
                Producer producer = store.producer("import");
                Producer other = store.producer("other")) {
            for (int i = 0; i < 4; i++) {
                var _ = producer.append(topic, NewRecord.of(null, HALF).withTimestamp(100 + i));
            }
            var _ = other.append(topic, NewRecord.of(null, HALF).withTimestamp(7));
            var _ = topic.append(null, HALF);

            try (FileRecords file = FileRecords.open(Logs.segments(log()).get(3).toFile(), false)) {
                RecordBatch batch = file.batches().iterator().next();
                batch.ensureValid();
                assertThat(batch.producerId()).isEqualTo(producer.id());
                assertThat(batch.producerEpoch()).isZero();
                assertThat(batch.baseSequence()).isEqualTo(3);
            }
            Path snapshot = log().resolve("00000000000000000005.snapshot");
            List<ProducerStateEntry> entries = ProducerStateManager.readSnapshot(snapshot.toFile());
            assertThat(entries).hasSize(2);
            ProducerStateEntry entry = entries.get(0);
            assertThat(entry.producerId()).isEqualTo(producer.id());
            assertThat(entry.lastDataOffset()).isEqualTo(3);
            assertThat(entry.lastTimestamp()).isEqualTo(103);
            assertThat(entries.get(1).producerId()).isEqualTo(other.id());

            Map<Long, ProducerStateEntry> same = new HashMap<>();
            for (ProducerStateEntry each : entries) {
                var _ = same.put(each.producerId(), each);
            }
            Path kafkas = folder.resolve("kafkas");
            ProducerStateManager.writeSnapshot(kafkas.toFile(), same, true);
            assertThat(kafkas).hasSameBinaryContentAs(snapshot);
        }
    }

    @Test
    void whatItAppendedIsFoundInASnapshotWhenTheRecordsAreGone() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", ONE)) {
            try (Producer producer = store.producer("import")) {
                for (int i = 0; i < 3; i++) {
                    var _ = producer.append(topic, NewRecord.of(null, HALF));
                }
            }
            for (int i = 0; i < 3; i++) {
                var _ = topic.append(null, HALF);
            }
            topic.deleteBefore(0, 5);
            assertThat(Logs.segments(log())).hasSize(1);
            try (Producer producer = store.producer("import")) {
                assertThat(producer.next(topic, 0)).isEqualTo(3);
            }
            Path snapshot = log().resolve("00000000000000000005.snapshot");
            byte[] bytes = Files.readAllBytes(snapshot);
            bytes[20] ^= 1;
            var _ = Files.write(snapshot, bytes); // then nothing says so any more; what is wrong is not believed
            try (Producer producer = store.producer("import")) {
                assertThat(producer.next(topic, 0)).isZero();
            }
        }
    }

    @Test
    void anotherHandleGoesOnWhereTheFirstCame() throws Exception {
        try (Store store = Store.create(folder);
                Store elsewhere = Store.create(folder.resolve("elsewhere"));
                Topic topic = store.create("t", ONE);
                Topic again = store.open("t");
                Topic foreign = elsewhere.create("t", ONE);
                Producer producer = store.producer("import")) {
            var _ = producer.append(topic, record(0));
            var _ = producer.append(again, record(1));
            var _ = producer.append(topic, record(2));

            assertThat(producer.append(again, 2, record(2))).isEmpty();
            assertThat(Logs.values(topic)).containsExactly("v0", "v1", "v2");
            assertThatThrownBy(() -> producer.next(foreign, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aSnapshotThatIsWrongIsNotGoneOnFrom() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", ONE);
                Producer producer = store.producer("import")) {
            for (int i = 0; i < 3; i++) {
                var _ = producer.append(topic, NewRecord.of(null, HALF));
            }
            Path snapshot = log().resolve("00000000000000000002.snapshot");
            byte[] bytes = Files.readAllBytes(snapshot);
            bytes[20] ^= 1;
            var _ = Files.write(snapshot, bytes);
            for (int i = 0; i < 3; i++) {
                var _ = topic.append(null, HALF);
            }
            topic.deleteBefore(0, 5);
            try (Topic again = store.open("t")) {
                assertThat(producer.next(again, 0)).isEqualTo(3);
            }
        }
    }

    @Test
    void deletingKeepsTheNumberAlsoWithoutAChoreBefore() throws Exception {
        try (Store store = Stores.withNoChores(folder);
                Topic topic = store.create("t", ONE);
                Producer producer = store.producer("import")) {
            for (int i = 0; i < 3; i++) {
                var _ = producer.append(topic, NewRecord.of(null, HALF));
            }
            for (int i = 0; i < 3; i++) {
                var _ = topic.append(null, HALF);
            }
            topic.deleteBefore(0, 5);
            assertThat(Logs.segments(log())).hasSize(1);
            try (Topic again = store.open("t")) {
                assertThat(producer.next(again, 0)).isEqualTo(3);
            }
        }
    }

    @Test
    void afterTheHighestNumberComesZero() throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", ONE)) {
            var _ = topic.append("k", "v");
            long id = 0;
            try (Producer producer = store.producer("import")) {
                id = producer.id();
            }
            ProducerStateEntry last =
                    new ProducerStateEntry(id, (short) 0, -1, RecordBatch.NO_TIMESTAMP, OptionalLong.empty());
            addBatch(last, Integer.MAX_VALUE);
            ProducerStateManager.writeSnapshot(
                    log().resolve("00000000000000000000.snapshot").toFile(), new HashMap<>(Map.of(id, last)), true);
            try (Producer producer = store.producer("import")) {
                assertThat(producer.next(topic, 0)).isZero();
            }
        }
    }

    private static void addBatch(ProducerStateEntry entry, int sequence) throws Exception {
        var add = ProducerStateEntry.class.getDeclaredMethod(
                "addBatch", short.class, int.class, long.class, int.class, long.class);
        add.setAccessible(true);
        var _ = add.invoke(entry, (short) 0, sequence, 0L, 0, 0L);
    }

    /** It is killed at random moments, and the next one goes on by the number alone. */
    @Test
    void itsRecordsAreThereOnceHoweverOftenItIsKilled() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", ONE)) {
            long answered = -1;
            for (int kill = 0; kill < 10; kill++) {
                try (Talk far = Talk.start(FarSide.command("produce", folder))) {
                    int lines = 1 + random.nextInt(2000);
                    for (int i = 0; i < lines; i++) {
                        answered = Math.max(answered, Long.parseLong(far.line()));
                    }
                    far.kill();
                }
            }
            List<String> values = Logs.values(topic);
            assertThat(values).as("seed %d", seed).hasSizeGreaterThan((int) answered);
            for (int i = 0; i < values.size(); i++) {
                assertThat(values.get(i)).as("seed %d", seed).isEqualTo("v" + i);
            }
        }
    }
}
