package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a compaction leaves, when it is done, and what others see of it. The clock is the test's. */
@ExtendWith(NoLeaks.class)
class CompactionTest {
    private static final int THIRD = 20_000; // three of them fit into a segment
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final TopicSpec SPEC =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction();
    private static final TopicSpec WHEN_ASKED = SPEC.withDirtyRatio(1);

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

    private Store store() throws Exception {
        return Stores.withChoresAtOnce(folder, clock);
    }

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    private long append(Topic topic, String key) throws Exception {
        return topic.append(NewRecord.of(key, "v".repeat(THIRD)).withTimestamp(now.get()))
                .offset();
    }

    /** Even ones have one key, odd ones one each. */
    private void append(Topic topic, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            assertThat(append(topic, i % 2 == 0 ? "even" : "odd" + i)).isEqualTo(i);
        }
    }

    private static List<Long> offsets(Topic topic) throws Exception {
        return Logs.all(topic).stream().map(TopicRecord::offset).toList();
    }

    private static Long[] offsets(long... offsets) {
        return LongStream.of(offsets).boxed().toArray(Long[]::new);
    }

    private static void assertRefused(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    private static void assertSound(Topic topic) throws Exception {
        assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
    }

    @Test
    void ofEachKeyTheLastRecordStays() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 10);
            topic.compact();

            // 9 lies in the segment that is appended to
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
            assertSound(topic);
            append(topic, 10, 16);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 9, 11, 13, 14, 15));
            assertSound(topic);
            try (Cursor cursor = topic.read(0, Start.offset(4))) {
                assertThat(cursor.tryPoll().getFirst().offset()).isEqualTo(5);
            }
            try (Cursor cursor = topic.read(0, Start.timestamp(now.get()))) {
                assertThat(cursor.position(0)).isEqualTo(1);
            }
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    @Test
    void whatIsLeftIsThereAfterAPowerCut() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 10);
            topic.compact();
        }
        for (boolean flushed : new boolean[] {true, false}) { // without it, all is checked by CRC
            Logs.forgetBoot(log());
            if (!flushed) {
                Logs.forgetFlushes(log());
            }
            try (Store store = store();
                    Topic topic = store.open("t")) {
                assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
                assertSound(topic);
            }
        }
    }

    @Test
    void itIsDoneWhenHalfOfTheLogIsNewAndASegmentIsFull() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 4);
            assertThat(offsets(topic)).containsExactly(offsets(1, 2, 3)); // 3 begins another segment
            append(topic, 4, 7);
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 4, 5, 6)); // 3 of 5 are new
        }
    }

    @Test
    void whoClosesTheTopicDoesWhatIsDue() throws Exception {
        try (Store idle = Stores.withNoChores(folder);
                Topic topic = idle.create("t", SPEC)) {
            append(topic, 0, 10);
            assertThat(offsets(topic)).hasSize(10);
        }
        try (Store store = store();
                Topic topic = store.open("t")) {
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
        }
    }

    @Test
    void tombstonesStayUntilReadersHadTheTimeToSeeThem() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 2);
            var _ = topic.append("odd1", null);
            append(topic, 3, 7);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(0, 2, 3, 4, 5, 6));
            now.addAndGet(DAY - 1);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(0, 2, 3, 4, 5, 6));
            now.addAndGet(1);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(0, 3, 4, 5, 6));
            assertSound(topic);
        }
    }

    @Test
    void aRecordWithoutAKeyIsRefusedHoweverItIsAppended() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", SPEC);
                Producer producer = store.producer("p")) {
            assertRefused(() -> topic.append((String) null, "v"), Problem.NO_KEY);
            assertRefused(
                    () -> topic.append(List.of(NewRecord.of("k", "v"), NewRecord.of((String) null, "v"))),
                    Problem.NO_KEY);
            assertRefused(
                    () -> producer.append(
                            topic, NewRecord.of((String) null, "v").toPartition(0)),
                    Problem.NO_KEY);
            TopicWriter writer = topic.writer(0);
            writer.claim(TopicWriter.NONE, 8, 1);
            assertRefused(writer::publish, Problem.NO_KEY);
            writer.claim(TopicWriter.BATCH_OVERHEAD + 2 * TopicWriter.mostBytes(1, 1));
            assertThat(writer.next(1, 1, 1)).isTrue();
            assertThat(writer.next(TopicWriter.NONE, 1, 1)).isTrue();
            assertRefused(writer::publish, Problem.NO_KEY);

            assertThat(topic.append("", "an empty one is a key").offset()).isZero();
            assertThat(Logs.all(topic)).hasSize(1);
        }
    }

    @Test
    void retentionCountsOnlyWhereThePolicySaysSo() throws Exception {
        TopicSpec little = WHEN_ASKED.withRetentionBytes(0);
        try (Store store = store();
                Topic topic = store.create("t", little)) {
            append(topic, 0, 10);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
            store.change("t", little.withCompactionAndRetention());
            append(topic, 10, 13);
            assertThat(offsets(topic)).containsExactly(offsets(12));
        }
    }

    @Test
    void whatIsDeletedBeforeStaysAwayAndTheRestIsCompacted() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 10);
            topic.deleteBefore(0, 4);
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(5, 7, 8, 9));
            assertSound(topic);
        }
    }

    @Test
    void youngRecordsAreLeftAndOldOnesAreNot() throws Exception {
        TopicSpec young = SPEC.with(TopicSetting.MIN_COMPACTION_LAG_MILLIS, 1000);
        try (Store store = store();
                Topic topic = store.create("t", young)) {
            append(topic, 0, 3);
            now.addAndGet(500);
            append(topic, 3, 7);
            topic.compact();
            assertThat(offsets(topic)).hasSize(7);
            now.addAndGet(500); // those of the first segment are 1000 ms old
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(1, 2, 3, 4, 5, 6));
        }
        TopicSpec lazy = WHEN_ASKED.with(TopicSetting.MAX_COMPACTION_LAG_MILLIS, 1000);
        try (Store store = store();
                Topic topic = store.create("u", lazy)) {
            append(topic, 0, 3);
            now.addAndGet(1000);
            append(topic, 3, 6);
            assertThat(offsets(topic)).hasSize(6);
            now.addAndGet(1); // more than that
            append(topic, 6, 7);
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 4, 5, 6));
        }
    }

    @Test
    void aTopicThatKeepsAllIsNotCompacted() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", TopicSpec.partitions(1))) {
            assertThatThrownBy(topic::compact).isInstanceOfSatisfying(ErrnoException.class, refused -> {
                assertThat(refused.problem()).isEqualTo(Problem.NOT_COMPACTED);
                assertThat(refused.value()).isEqualTo("delete");
            });
        }
    }

    /** It goes on in the file that it has, and seeks anew behind it. */
    @Test
    void aCursorThatStandsInTheMiddleGetsAllThatStays() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 20);
            store.change("t", WHEN_ASKED.withSegmentBytes(1 << 20)); // merged into one
            try (Cursor cursor = topic.read(Start.earliest())) {
                assertThat(cursor.drain(_ -> {}, 7)).isEqualTo(7); // 0 to 6, in the third file
                topic.compact();
                assertThat(Logs.segments(log())).hasSize(2);
                List<Long> rest = new ArrayList<>();
                for (var some = cursor.tryPoll(); !some.isEmpty(); some = cursor.tryPoll()) {
                    some.forEach(record -> rest.add(record.offset()));
                }
                assertThat(rest).isSorted().doesNotHaveDuplicates().contains(offsets(7, 9, 11, 13, 15, 16, 17, 18, 19));
            }
        }
    }

    @Test
    void aProducerGoesOnWithItsNumbers() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED);
                Producer producer = store.producer("p")) {
            var _ = producer.append(topic, NewRecord.of("even", "v"));
            var _ = producer.append(topic, NewRecord.of("even", "v"));
            append(topic, 2, 12);
            topic.compact();
            assertThat(offsets(topic)).doesNotContain(0L, 1L);
        }
        try (var files = Files.list(log())) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".snapshot")).toList()) {
                Files.delete(file);
            }
        }
        try (Store store = store();
                Topic topic = store.open("t");
                Producer producer = store.producer("p")) {
            assertThat(producer.next(topic, 0)).isEqualTo(2);
        }
    }

    @Test
    void aDamagedBatchIsToldAndNothingIsChanged() throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 10);
            Path segment = Logs.segments(log()).get(1);
            byte[] bytes = Files.readAllBytes(segment);
            bytes[30_000] ^= 1;
            var _ = Files.write(segment, bytes);

            assertRefused(topic::compact, Problem.DAMAGED_LOG);
            assertThat(Logs.segments(log())).hasSize(4);
            try (var files = Files.list(log())) {
                assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".cleaned"));
            }
        }
    }

    /** As one leaves it that is killed before it has taken away what it merged. */
    @Test
    void whatAKilledOneLeftIsReadOnceAndTakenAway() throws Exception {
        byte[] second;
        byte[] third;
        try (Store store = store();
                Topic topic = store.create("t", WHEN_ASKED)) {
            append(topic, 0, 10);
            second = Files.readAllBytes(Logs.segments(log()).get(1));
            third = Files.readAllBytes(Logs.segments(log()).get(2));
            store.change("t", WHEN_ASKED.withSegmentBytes(1 << 20));
            topic.compact();
            assertThat(Logs.segments(log())).hasSize(2);
        }
        for (boolean boot : new boolean[] {false, true}) {
            var _ = Files.write(log().resolve("00000000000000000003.log"), second);
            var _ = Files.write(log().resolve("00000000000000000006.log"), third);
            var _ = Files.write(log().resolve("00000000000000000000.log.cleaned"), third);
            if (boot) {
                Logs.forgetBoot(log());
            }
            try (Store store = store();
                    Topic topic = store.open("t")) {
                assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
                assertThat(Logs.segments(log())).hasSize(boot ? 2 : 4);
                assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
                topic.compact();
                assertThat(offsets(topic)).containsExactly(offsets(1, 3, 5, 7, 8, 9));
                assertSound(topic);
            }
            assertThat(Logs.segments(log())).hasSize(2);
            assertThat(log().resolve("00000000000000000000.log.cleaned")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsForAnotherThatCompactsIsEndedByAnInterruptAndByAClose(ThreadKind kind) throws Exception {
        try (Store store = store();
                Topic topic = store.create("t", SPEC);
                Talk other = Talk.start(FarSide.command("hold", folder, 832))) {
            append(topic, 0, 4);
            assertThat(other.line()).isEqualTo("held");
            Task<Boolean> interrupted = Task.start(kind, () -> {
                topic.compact();
                return true;
            });
            assertThat(interrupted.awaitWaitingOrInFutex().interrupt().failure())
                    .isInstanceOf(InterruptedException.class);
            Topic closed = store.open("t");
            Task<Boolean> ended = Task.start(kind, () -> {
                closed.compact();
                return true;
            });
            var _ = ended.awaitWaitingOrInFutex();
            closed.close();
            assertThat(ended.failure()).isInstanceOf(AsynchronousCloseException.class);

            append(topic, 4, 8); // nobody who appends waits for it, nor what is done by itself
            assertThat(offsets(topic)).hasSize(7);
            other.kill();
            topic.compact();
            assertThat(offsets(topic)).containsExactly(offsets(1, 3, 4, 5, 6, 7));
        }
    }

    @Test
    void settingsAreKafkas() {
        TopicSpec spec = TopicSpec.partitions(1).withCompaction().withDirtyRatio(0.25);
        assertThat(spec).hasToString("cleanup.policy=compact min.cleanable.dirty.ratio=0.25");
        for (String both : List.of("compact,delete", "delete,compact")) {
            TopicSpec parsed = spec.with(TopicSetting.CLEANUP_POLICY, TopicSetting.CLEANUP_POLICY.parse(both));
            assertThat(parsed.isCompacted() && parsed.hasRetention()).isTrue();
        }
        assertThat(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO.parse("1")).isEqualTo(1_000_000);
        assertThat(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO.text(500_000)).isEqualTo("0.5");
        for (String wrong : List.of("1.1", "-0.1", "half", "")) {
            assertThatThrownBy(() -> TopicSetting.MIN_CLEANABLE_DIRTY_RATIO.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a number, 0 to 1");
        }
    }
}
