package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.topics.Committed;
import dev.naru.topics.Group;
import dev.naru.topics.NewRecord;
import dev.naru.topics.PartitionId;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's consumer promises as a member of a group, over a store. */
@ExtendWith(NoLeaks.class)
class LocalGroupTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    @TempDir
    Path folder;

    private Store store;
    private Topic t;

    @BeforeEach
    void create() throws Exception {
        store = Store.create(folder);
        t = store.create("t", TopicSpec.partitions(2));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private Consumer<String, String> consumer(Object... more) {
        Map<String, Object> config = Clients.consuming(folder, more);
        config.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, "g");
        return new LocalConsumer<>(config);
    }

    private void append(int partition, String... values) throws Exception {
        for (String value : values) {
            var _ = t.append(NewRecord.of("k", value).toPartition(partition));
        }
    }

    private static List<String> values(ConsumerRecords<String, String> records) {
        List<String> all = new ArrayList<>();
        records.forEach(record -> all.add(record.value()));
        return all;
    }

    private static List<String> polled(Consumer<String, String> consumer, int many) {
        List<String> all = new ArrayList<>();
        while (all.size() < many) {
            all.addAll(values(consumer.poll(LONG)));
        }
        return all;
    }

    /** Both poll until the watched one has so many partitions. */
    private static void settle(Consumer<String, String> watched, int many, Consumer<String, String> beside) {
        Await.until("the partitions are divided", () -> {
            var _ = watched.poll(Duration.ZERO);
            var _ = beside.poll(Duration.ZERO);
            return watched.assignment().size() == many;
        });
    }

    /** Keeps what it was told. */
    private static final class Told implements ConsumerRebalanceListener {
        private final List<String> all = new ArrayList<>();

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            all.add("revoked " + partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            all.add("assigned " + partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            all.add("lost " + partitions);
        }
    }

    @Test
    void aMemberAloneHasAllAndItsGroupGoesOnWhereItCommitted() throws Exception {
        append(0, "a", "b");
        append(1, "c");
        Told told = new Told();
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)) {
            consumer.subscribe(List.of("t"), told);
            assertThat(consumer.assignment()).isEmpty();
            assertThat(consumer.subscription()).containsExactly("t");
            assertThat(polled(consumer, 3)).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(consumer.assignment()).containsExactlyInAnyOrder(T0, T1);
            consumer.commitSync();
            assertThat(consumer.committed(Set.of(T0, T1)))
                    .isEqualTo(Map.of(T0, new OffsetAndMetadata(2), T1, new OffsetAndMetadata(1)));
            assertThat(consumer.groupMetadata().groupId()).isEqualTo("g");
            assertThat(consumer.groupMetadata().generationId()).isPositive();
        }
        assertThat(told.all).containsExactly("assigned [t-0, t-1]", "revoked [t-0, t-1]");
        append(0, "d");
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"));
            assertThat(polled(consumer, 1)).containsExactly("d");
        }
    }

    @Test
    void whatWasHandedOnIsCommittedByItselfWhenItLeaves() throws Exception {
        append(0, "a", "b", "c");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2)) {
            consumer.subscribe(List.of("t"));
            assertThat(polled(consumer, 2)).containsExactly("a", "b");
        }
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_COMMIT_INTERVAL_MS_CONFIG, 0)) {
            consumer.subscribe(List.of("t"));
            assertThat(polled(consumer, 1)).containsExactly("c");
            assertThat(consumer.committed(Set.of(T0)).get(T0).offset()).isEqualTo(2);
            var _ = consumer.poll(Duration.ZERO); // commits what the last poll handed on
            assertThat(consumer.committed(Set.of(T0)).get(T0).offset()).isEqualTo(3);
        }
    }

    @Test
    void twoMembersShareAndTheOneThatIsLeftGetsAll() throws Exception {
        Told told = new Told();
        try (Consumer<String, String> one = consumer()) {
            one.subscribe(List.of("t"), told);
            var _ = one.poll(Duration.ZERO);
            try (Consumer<String, String> other = consumer()) {
                other.subscribe(List.of("t"));
                settle(other, 1, one);
                assertThat(one.assignment()).hasSize(1).doesNotContainAnyElementsOf(other.assignment());
                append(0, "a");
                append(1, "b");
                Set<String> all = new HashSet<>(polled(one, 1));
                all.addAll(polled(other, 1));
                assertThat(all).containsExactlyInAnyOrder("a", "b");
            }
            settle(one, 2, one);
        }
        assertThat(told.all).hasSize(4);
        assertThat(told.all.get(1)).startsWith("revoked");
    }

    @Test
    void closeLeavesTheGroupWhateverItsOptionsSay() {
        try (Consumer<String, String> one = consumer()) {
            Consumer<String, String> other = consumer();
            one.subscribe(List.of("t"));
            other.subscribe(List.of("t"));
            settle(other, 1, one);

            other.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));

            settle(one, 2, one);
        }
    }

    @Test
    void aCommitOfWhatIsNotOnesOwnIsRefused() throws Exception {
        try (Consumer<String, String> one = consumer();
                Consumer<String, String> other = consumer()) {
            one.subscribe(List.of("t"));
            other.subscribe(List.of("t"));
            settle(other, 1, one);
            TopicPartition foreign = one.assignment().iterator().next();
            assertThatThrownBy(() -> other.commitSync(Map.of(foreign, new OffsetAndMetadata(0))))
                    .isInstanceOf(CommitFailedException.class);
            List<Exception> why = new ArrayList<>();
            other.commitAsync(Map.of(foreign, new OffsetAndMetadata(0)), (_, failed) -> why.add(failed));
            var _ = other.poll(Duration.ZERO);
            assertThat(why.getFirst()).isInstanceOf(CommitFailedException.class);
        }
    }

    @Test
    void aListenerSeeksAndCommits() throws Exception {
        append(0, "a", "b");
        append(1, "c", "d");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)) {
            consumer.subscribe(List.of("t"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    consumer.commitSync();
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    partitions.forEach(each -> consumer.seek(each, 1));
                }
            });
            assertThat(polled(consumer, 2)).containsExactlyInAnyOrder("b", "d");
        }
        try (Consumer<String, String> consumer = consumer()) {
            assertThat(consumer.committed(Set.of(T0)).get(T0).offset()).isEqualTo(2);
        }
    }

    /** Throws at all that it is told. */
    private static final class Throwing implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            throw new IllegalArgumentException("revoked");
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            throw new IllegalArgumentException("assigned");
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            throw new IllegalArgumentException("lost");
        }
    }

    private static void hasThrown(Throwable told, String what) {
        assertThat(told).isInstanceOf(KafkaException.class).hasRootCauseMessage(what);
    }

    @Test
    void whatAListenerThrowsIsToldWhenTheRebalanceIsDone() throws Exception {
        append(0, "a");
        append(1, "b");
        Consumer<String, String> consumer = consumer();
        consumer.subscribe(List.of("t"), new Throwing());
        assertThatThrownBy(() -> consumer.poll(LONG)).satisfies(told -> hasThrown(told, "assigned"));
        assertThat(consumer.assignment()).containsExactlyInAnyOrder(T0, T1);
        assertThat(polled(consumer, 2)).containsExactlyInAnyOrder("a", "b"); // none of them was lost by that
        try (Consumer<String, String> other = consumer()) {
            other.subscribe(List.of("t"));
            List<Exception> told = new ArrayList<>();
            Await.until("the other one has a partition", () -> {
                var _ = other.poll(Duration.ZERO);
                try {
                    var _ = consumer.poll(Duration.ZERO);
                } catch (KafkaException thrown) {
                    told.add(thrown);
                }
                return other.assignment().size() == 1;
            });
            assertThat(told).singleElement().satisfies(one -> hasThrown(one, "revoked"));
            assertThatThrownBy(consumer::close).satisfies(closing -> hasThrown(closing, "revoked"));
            Await.until("the other one has both", () -> {
                var _ = other.poll(Duration.ZERO);
                return other.assignment().size() == 2;
            });
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aWakeupEndsAPollOfAMember(ThreadKind kind) throws Exception {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"));
            var waiting = Task.start(kind, () -> consumer.poll(LONG)).awaitWaitingOrInFutex();

            consumer.wakeup();

            assertThat(waiting.failure()).isInstanceOf(WakeupException.class);
            append(0, "a");
            assertThat(polled(consumer, 1)).containsExactly("a");
        }
    }

    @Test
    void pausesAndSeeksHoldInAGroup() throws Exception {
        append(0, "a", "b");
        append(1, "c");
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"));
            var _ = polled(consumer, 3);
            consumer.pause(List.of(T0));
            consumer.seek(T0, 0);
            consumer.seekToBeginning(List.of(T1));
            assertThat(consumer.position(T0)).isZero();
            assertThat(consumer.paused()).containsExactly(T0);
            assertThat(polled(consumer, 1)).containsExactly("c");
            consumer.resume(List.of(T0));
            assertThat(polled(consumer, 2)).containsExactly("a", "b");
        }
    }

    @Test
    void topicsThatMatchAreFoundAlsoLater() throws Exception {
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 0)) {
            consumer.subscribe(Pattern.compile("t.*"));
            var _ = consumer.poll(Duration.ZERO);
            assertThat(consumer.subscription()).containsExactly("t");
            try (Topic later = store.create("t-later", TopicSpec.partitions(1));
                    Topic _ = store.create("other", TopicSpec.partitions(1))) {
                var _ = later.append("k", "found");
                assertThat(polled(consumer, 1)).containsExactly("found");
            }
            assertThat(consumer.subscription()).containsExactlyInAnyOrder("t", "t-later");
            consumer.unsubscribe();
            consumer.subscribe(new SubscriptionPattern("t-l.*"));
            var _ = consumer.poll(Duration.ZERO);
            assertThat(consumer.subscription()).containsExactly("t-later");
        }
    }

    @Test
    void aTopicThatIsNotThereIsMadeOrWaitedFor() throws Exception {
        try (Consumer<String, String> makes = consumer();
                Consumer<String, String> waits = consumer(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "other",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                        0)) {
            waits.subscribe(List.of("new"));
            assertThat(waits.poll(Duration.ofMillis(1)).isEmpty()).isTrue();
            assertThat(store.topics()).doesNotContain("new");
            makes.subscribe(List.of("new"));
            var _ = makes.poll(Duration.ZERO);
            assertThat(makes.assignment()).containsExactly(new TopicPartition("new", 0));
            try (Topic made = store.open("new")) {
                var _ = made.append("k", "v");
            }
            assertThat(polled(waits, 1)).containsExactly("v");
        }
    }

    @Test
    void whereNothingIsCommittedNoneIsAnError() throws Exception {
        append(0, "a");
        append(1, "b");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")) {
            consumer.subscribe(List.of("t"));
            assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(NoOffsetForPartitionException.class);
            assertThatThrownBy(() -> consumer.poll(LONG)).isInstanceOf(NoOffsetForPartitionException.class);
            consumer.seekToBeginning(List.of(T0, T1));
            assertThat(polled(consumer, 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void noneIsAnErrorAtOnceAlsoWhereThereIsNoRecord() {
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")) {
            consumer.subscribe(List.of("t"));
            assertThatThrownBy(() -> consumer.poll(LONG))
                    .isInstanceOfSatisfying(
                            NoOffsetForPartitionException.class,
                            nowhere -> assertThat(nowhere.partitions()).containsExactlyInAnyOrder(T0, T1));
            assertThatThrownBy(() -> consumer.position(T0)).isInstanceOf(NoOffsetForPartitionException.class);
        }
    }

    private void commit(long offset) throws Exception {
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(
                    new PartitionId("t", 0), Committed.offset(offset), new PartitionId("t", 1), Committed.offset(0)));
        }
    }

    @Test
    void whatIsCommittedAndNoLongerKeptIsAnErrorWithNone() throws Exception {
        append(0, "a", "b", "c", "d");
        append(1, "e");
        commit(1);
        t.deleteBefore(0, 2);
        try (Consumer<String, String> consumer =
                consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none", ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1)) {
            consumer.subscribe(List.of("t"));
            for (int times = 0; times < 2; times++) {
                assertThatThrownBy(() -> consumer.poll(LONG)).satisfies(lost -> isOutOfRange(lost, 1));
            }
            consumer.seekToBeginning(List.of(T0));
            consumer.pause(List.of(T1));
            assertThat(polled(consumer, 2)).containsExactly("c", "d");

            consumer.seek(T0, 3);
            t.deleteBefore(0, 4); // what it goes on with

            assertThatThrownBy(() -> consumer.poll(LONG)).satisfies(lost -> isOutOfRange(lost, 3));
            consumer.seek(T0, 4);
            consumer.resume(List.of(T1));
            assertThat(polled(consumer, 1)).containsExactly("e");
        }
    }

    private static void isOutOfRange(Throwable lost, long offset) {
        assertThat(lost)
                .isInstanceOfSatisfying(
                        OffsetOutOfRangeException.class,
                        those -> assertThat(those.offsetOutOfRangePartitions()).isEqualTo(Map.of(T0, offset)));
    }

    @Test
    void aListenerMaySayWhereToGoOnWhereNoneWouldBeAnError() throws Exception {
        append(0, "a");
        append(1, "b");
        try (Consumer<String, String> consumer = consumer(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")) {
            consumer.subscribe(List.of("t"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    consumer.seekToBeginning(partitions);
                }
            });
            assertThat(polled(consumer, 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    /** Appends one that was made two hours ago, and one that is new. */
    private void appendOldAndNew(int partition, String old, String young) throws Exception {
        var _ = t.append(
                NewRecord.of("k", old).toPartition(partition).withTimestamp(System.currentTimeMillis() - 7_200_000));
        append(partition, young);
    }

    @Test
    void byDurationBeginsWithThatTimeWhereNothingIsCommittedOrItIsNoLongerKept() throws Exception {
        appendOldAndNew(0, "a", "b");
        appendOldAndNew(1, "c", "d");
        Object[] hour = {
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "by_duration:PT1H",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false
        };
        try (Consumer<String, String> consumer = consumer(hour)) {
            consumer.subscribe(List.of("t"));
            assertThat(polled(consumer, 2)).containsExactlyInAnyOrder("b", "d");
        }
        commit(1);
        t.deleteBefore(0, 2);
        appendOldAndNew(0, "e", "f");
        try (Consumer<String, String> consumer = consumer(hour)) {
            consumer.subscribe(List.of("t"));
            var _ = consumer.poll(Duration.ZERO);
            consumer.pause(List.of(T1));
            consumer.seek(T0, 2);
            assertThat(polled(consumer, 2)).containsExactly("e", "f");
            consumer.seek(T0, 2);
            append(0, "g");
            t.deleteBefore(0, 4); // what it goes on with
            assertThat(polled(consumer, 1)).containsExactly("g");
        }
        try (Consumer<String, String> consumer = consumer(hour)) { // of what is committed one is not kept
            consumer.subscribe(List.of("t"));
            assertThat(polled(consumer, 3)).containsExactlyInAnyOrder("g", "c", "d");
        }
    }

    @Test
    void whoSubscribesToTheSameAgainKeepsWhatItHas() throws Exception {
        append(0, "a", "b", "c");
        Told first = new Told();
        Told second = new Told();
        try (Consumer<String, String> consumer =
                consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1, ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false)) {
            consumer.subscribe(List.of("t"), first);
            assertThat(polled(consumer, 1)).containsExactly("a");
            consumer.subscribe(List.of("t"), second);
            assertThat(polled(consumer, 2)).containsExactly("b", "c");
        }
        assertThat(first.all).containsExactly("assigned [t-0, t-1]");
        assertThat(second.all).containsExactly("revoked [t-0, t-1]");
    }

    @Test
    void whoSubscribesToOthersGivesAllBackAndGoesOnWhereItCommitted() throws Exception {
        append(0, "a", "b");
        Told told = new Told();
        try (Topic u = store.create("u", TopicSpec.partitions(1));
                Consumer<String, String> consumer = consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1)) {
            consumer.subscribe(List.of("t"), told);
            assertThat(polled(consumer, 1)).containsExactly("a");
            consumer.subscribe(List.of("t", "u"), told);
            assertThat(polled(consumer, 1)).containsExactly("b"); // "a" was committed when it was given back
            var _ = u.append("k", "c");
            assertThat(polled(consumer, 1)).containsExactly("c");
            append(0, "d");
            var _ = u.append("k", "e");
            consumer.subscribe(List.of("u"), told);
            assertThat(polled(consumer, 1)).containsExactly("e");
            assertThat(consumer.assignment()).containsExactly(new TopicPartition("u", 0));
        }
        assertThat(told.all)
                .startsWith("assigned [t-0, t-1]", "revoked [t-0, t-1]", "assigned [t-0, t-1, u-0]")
                .endsWith("revoked [t-0, t-1, u-0]", "assigned [u-0]", "revoked [u-0]");
    }

    @Test
    void noRecordComesOfATopicThatIsNotSubscribedToAnyMore() throws Exception {
        var _ = t.append(NewRecord.of(null, new byte[] {0, 0, 0, 1}).toPartition(0));
        append(0, "broken");
        Map<String, Object> config = Clients.consuming(
                folder,
                ConsumerConfig.GROUP_ID_CONFIG,
                "g",
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                IntegerDeserializer.class);
        try (Topic u = store.create("u", TopicSpec.partitions(1));
                Consumer<String, Integer> consumer = new LocalConsumer<>(config)) {
            consumer.subscribe(List.of("t"));
            assertThat(consumer.poll(LONG).records(T0).getFirst().value()).isEqualTo(1); // the other one is read ahead
            var _ = u.append(NewRecord.of(null, new byte[] {0, 0, 0, 2}));
            consumer.subscribe(List.of("u"));
            assertThat(consumer.poll(LONG).iterator().next().value()).isEqualTo(2);
            assertThat(consumer.committed(Set.of(T0)).get(T0).offset()).isEqualTo(1);
        }
    }

    @Test
    void aTopicThatWasRemovedIsTakenUpWhenItIsMadeAnewAndTheOthersGoOn() throws Exception {
        append(0, "a", "b");
        try (Topic u = store.create("u", TopicSpec.partitions(1));
                Consumer<String, String> consumer = consumer(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false)) {
            consumer.subscribe(List.of("t", "u"));
            assertThat(polled(consumer, 2)).containsExactly("a", "b");
            store.remove("t");
            var _ = u.append("k", "c");
            assertThat(polled(consumer, 1)).containsExactly("c");
            Await.until("nothing of it is assigned", () -> {
                var _ = consumer.poll(Duration.ZERO);
                return consumer.assignment().equals(Set.of(new TopicPartition("u", 0)));
            });
            try (Topic anew = store.create("t", TopicSpec.partitions(2))) {
                var _ = anew.append(NewRecord.of("k", "d").toPartition(0));
                assertThat(polled(consumer, 1)).containsExactly("d");
                assertThat(consumer.position(T0)).isEqualTo(1);
                assertThat(consumer.endOffsets(List.of(T0))).isEqualTo(Map.of(T0, 1L));
                assertThat(consumer.paused()).isEmpty();
            }
        }
    }

    @Test
    void aTopicThatIsMadeAnewAtOnceIsReadFromItsBeginning() throws Exception {
        append(0, "a", "b");
        Told told = new Told();
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"), told);
            assertThat(polled(consumer, 2)).containsExactly("a", "b");
            store.remove("t");
            try (Topic anew = store.create("t", TopicSpec.partitions(2))) {
                for (String value : List.of("c", "d", "e")) {
                    var _ = anew.append(NewRecord.of("k", value).toPartition(0));
                }
                assertThat(polled(consumer, 3)).containsExactly("c", "d", "e");
            }
        }
        assertThat(told.all).startsWith("assigned [t-0, t-1]", "lost [t-0, t-1]", "assigned [t-0, t-1]");
    }

    @Test
    void aGroupThatWasRemovedIsMadeAnewByWhoeverCommitsOrPolls() throws Exception {
        append(0, "a");
        Told told = new Told();
        try (Consumer<String, String> byHand = consumer(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
                Consumer<String, String> silent = consumer(
                        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                        1,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false)) {
            byHand.assign(List.of(T0));
            assertThat(byHand.committed(Set.of(T0)).get(T0)).isNull();
            assertThat(store.groups()).isEmpty();
            assertThat(polled(byHand, 1)).containsExactly("a");
            byHand.commitSync();
            store.removeGroup("g");
            assertThat(byHand.committed(Set.of(T0)).get(T0)).isNull();
            byHand.commitSync();
            assertThat(byHand.committed(Set.of(T0)).get(T0).offset()).isEqualTo(1);
            silent.subscribe(List.of("t"), told);
            var _ = silent.poll(Duration.ZERO);
            Await.until("it is no member any more", () -> {
                try {
                    store.removeGroup("g");
                    return true;
                } catch (ErrnoException stillThere) {
                    return false;
                }
            });
            assertThatThrownBy(silent::commitSync).isInstanceOf(CommitFailedException.class);
            assertThat(polled(silent, 1)).containsExactly("a"); // nothing is committed there
            assertThat(told.all).startsWith("assigned [t-0, t-1]", "lost [t-0, t-1]", "assigned [t-0, t-1]");
        }
    }

    @Test
    void subscriptionsAndAssignmentsExcludeEachOther() {
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"));
            assertThatThrownBy(() -> consumer.assign(List.of(T0))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> consumer.subscribe(Pattern.compile("x")))
                    .isInstanceOf(IllegalStateException.class);
            consumer.subscribe(List.of());
            consumer.assign(List.of(T0));
            assertThatThrownBy(() -> consumer.subscribe(List.of("t"))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aRebalanceThatIsWishedForHappens() {
        Told told = new Told();
        try (Consumer<String, String> consumer = consumer()) {
            consumer.subscribe(List.of("t"), told);
            var _ = consumer.poll(Duration.ZERO);
            consumer.enforceRebalance("since I say so");
            var _ = consumer.poll(Duration.ZERO);
            assertThat(told.all).containsExactly("assigned [t-0, t-1]", "revoked [t-0, t-1]", "assigned [t-0, t-1]");
        }
    }

    @Test
    void aMemberThatIsSilentForTooLongLosesItsPartitions() throws Exception {
        append(0, "a");
        Told told = new Told();
        try (Consumer<String, String> silent = consumer(
                        ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                        50,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false);
                Consumer<String, String> other = consumer()) {
            silent.subscribe(List.of("t"), told);
            assertThat(polled(silent, 1)).containsExactly("a");
            other.subscribe(List.of("t"));

            Await.until("the other one has both", () -> {
                var _ = other.poll(Duration.ZERO);
                return other.assignment().size() == 2;
            });

            assertThatThrownBy(silent::commitSync).isInstanceOf(CommitFailedException.class);
            var _ = silent.poll(Duration.ZERO);
            assertThat(told.all).contains("lost [t-0, t-1]");
        }
    }
}
