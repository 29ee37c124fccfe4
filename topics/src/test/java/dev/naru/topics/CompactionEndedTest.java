package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.KafkaIndexes;
import dev.naru.topics.testing.Logs;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compactions that are interrupted, closed and stopped in the middle. */
@ExtendWith(NoLeaks.class)
class CompactionEndedTest {
    private static final int THIRD = 20_000; // three of them fit into a segment
    private static final int MANY = 300;
    private static final long KEEPER = 768;
    private static final long COMPACTOR = 832;
    private static final TopicSpec SPEC =
            TopicSpec.partitions(1).withSegmentBytes(1 << 16).withCompaction().withDirtyRatio(1);

    @TempDir
    Path folder;

    private Path log() {
        return Logs.partition(folder, "t", 0);
    }

    /** Even ones have one key, odd ones one each. */
    private static void append(Topic topic, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            assertThat(topic.append(i % 2 == 0 ? "even" : "odd" + i, "v".repeat(THIRD))
                            .offset())
                    .isEqualTo(i);
        }
    }

    private static List<Long> offsets(Topic topic) throws Exception {
        return Logs.all(topic).stream().map(TopicRecord::offset).toList();
    }

    private boolean isAtIt() throws IOException {
        try (var files = Files.list(log())) {
            return files.anyMatch(file -> file.toString().endsWith(".cleaned"));
        }
    }

    /** All files but the control block and the segment that is appended to. */
    private Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (var files = Files.list(log())) {
            for (Path file : files.toList()) {
                if (!file.toString().endsWith(".naru") && !file.endsWith("00000000000000000009.log")) {
                    var _ = found.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        return found;
    }

    private void assertNobodyIsAtIt() throws IOException {
        assertThat(isAtIt()).isFalse();
        assertThat(Logs.word(log(), KEEPER) >>> 2).isZero();
        assertThat(Logs.word(log(), COMPACTOR) >>> 2).isZero();
    }

    private static Task<Boolean> compaction(ThreadKind kind, Topic topic) {
        return Task.start(kind, () -> {
            topic.compact();
            return true;
        });
    }

    /** Somebody who appends lets none come to its end. */
    @ParameterizedTest
    @EnumSource
    void whoIsInterruptedOrClosedInTheMiddleLeavesTheLogAsItWas(ThreadKind kind) throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 10);
            Map<String, byte[]> before = files();
            Topic closed = store.open("t");
            try (Talk other = Talk.start(FarSide.command("claim", folder))) {
                assertThat(other.line()).isEqualTo("claimed");
                Task<Boolean> interrupted = compaction(kind, topic);
                Await.until("the copy", this::isAtIt);
                assertThat(interrupted.interrupt().failure()).isInstanceOf(InterruptedException.class);
                assertThat(interrupted.interruptedAtEnd()).isFalse();
                assertNobodyIsAtIt();
                assertThat(files()).containsExactlyEntriesOf(before);

                Task<Boolean> ended = compaction(kind, closed);
                Await.until("the copy", this::isAtIt);
                closed.close();
                assertThat(ended.failure()).isInstanceOf(AsynchronousCloseException.class);
                assertNobodyIsAtIt();
                assertThat(files()).containsExactlyEntriesOf(before);
            }
            topic.compact();
            assertThat(offsets(topic)).containsExactly(1L, 3L, 5L, 7L, 8L, 9L);
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    @ParameterizedTest
    @EnumSource
    void whoIsInterruptedWhileItCopiesLeavesWhatStays(ThreadKind kind) throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", SPEC)) {
            int end = 0;
            Throwable failure = null;
            while (failure == null) { // it may have been faster
                append(topic, end, end + MANY);
                end += MANY;
                Task<Boolean> task = compaction(kind, topic);
                Await.until("the copy", () -> isAtIt() || task.isDone());
                failure = task.interrupt().failure();
            }
            assertThat(failure).isInstanceOf(InterruptedException.class);
            assertNobodyIsAtIt();
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
            List<Long> left = offsets(topic);
            assertThat(left).isSorted().doesNotHaveDuplicates();
            topic.compact();
            assertThat(left).containsAll(offsets(topic));
            for (long odd = 1; odd < end; odd += 2) {
                assertThat(offsets(topic).contains(odd)).isTrue();
            }
            assertThat(offsets(topic)).hasSizeBetween(end / 2 + 1, end / 2 + 3);
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    /** It has copied, and has the keeper's lock. */
    @Test
    void whoIsStoppedJustBeforeItReplacesHoldsUpNobodyWhoAppendsOrReads() throws Exception {
        try (Store store = Store.openOrCreate(folder);
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 10);
            try (Talk compactor = stoppedAtTheSwap()) {
                append(topic, 11, 31); // 10 is that of the one who had claimed
                assertThat(offsets(topic)).hasSize(31);
                Task<Boolean> other = compaction(ThreadKind.PLATFORM, topic).awaitWaitingOrInFutex();
                Task<Boolean> ended =
                        compaction(ThreadKind.VIRTUAL, topic).awaitWaitingIn("dev.naru.memory.SharedLock");
                assertThat(ended.interrupt().failure()).isInstanceOf(InterruptedException.class);
                assertThat(offsets(topic)).hasSize(31);
                assertThat(other.isDone()).isFalse();

                Foreign.signal("CONT", compactor.pid());

                assertThat(other.result()).isTrue();
            }
            topic.compact(); // the other one was killed just now
            assertThat(offsets(topic)).isSorted().doesNotHaveDuplicates();
            for (long odd = 1; odd < 31; odd += 2) {
                assertThat(offsets(topic)).contains(odd);
            }
            assertThat(offsets(topic)).doesNotContain(0L, 2L, 4L, 12L, 14L).contains(30L);
            assertThat(LogCheck.of(topic, 0).damages()).isEmpty();
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    /** Whoever keeps may be stopped for long. */
    @ParameterizedTest
    @EnumSource
    void whoWaitsForOneWhoKeepsIsEndedByAnInterruptAndByAClose(ThreadKind kind) throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.create("t", SPEC)) {
            append(topic, 0, 10);
            Topic closed = store.open("t");
            try (Talk keeper = Talk.start(FarSide.command("hold", folder, KEEPER))) {
                assertThat(keeper.line()).isEqualTo("held");
                Task<Boolean> interrupted = compaction(kind, topic);
                Await.until("it has begun", () -> Logs.word(log(), COMPACTOR) >>> 2 != 0);
                assertThat(interrupted.interrupt().failure()).isInstanceOf(InterruptedException.class);

                Task<Boolean> ended = compaction(kind, closed);
                Await.until("it has begun", () -> Logs.word(log(), COMPACTOR) >>> 2 != 0);
                closed.close();
                assertThat(ended.failure()).isInstanceOf(AsynchronousCloseException.class);
                assertThat(Logs.word(log(), COMPACTOR) >>> 2).isZero();
            }
            topic.compact();
            assertThat(offsets(topic)).containsExactly(1L, 3L, 5L, 7L, 8L, 9L);
        }
    }

    /** When it goes on, it looks at the mark of its topic: from the new one of that name it takes nothing. */
    @Test
    void whoIsStoppedWhileItCopiesHoldsUpNobodyWhoRemovesTheTopic() throws Exception {
        try (Store store = Store.openOrCreate(folder)) {
            try (Topic topic = store.create("t", SPEC)) {
                append(topic, 0, MANY);
            }
            try (Talk compactor = stoppedWhileItCopies()) {
                store.remove("t");
                try (Topic fresh = store.create("t", SPEC)) {
                    append(fresh, 0, 10);
                    Path cleaned = Files.createFile(log().resolve("00000000000000000000.log.cleaned"));

                    Foreign.signal("CONT", compactor.pid());

                    assertThat(compactor.line()).contains("removed");
                    assertThat(compactor.waitFor()).isZero();
                    assertThat(cleaned).exists();
                    fresh.compact();
                    assertThat(cleaned).doesNotExist();
                    assertThat(offsets(fresh)).containsExactly(1L, 3L, 5L, 7L, 8L, 9L);
                }
            }
        }
        int _ = KafkaIndexes.assertSound(log());
    }

    private Talk stoppedWhileItCopies() throws Exception {
        Talk compactor = Talk.start(FarSide.command("compact", folder));
        assertThat(compactor.line()).isEqualTo("compacts");
        while (true) {
            Await.until("the copy", this::isAtIt);
            Foreign.signal("STOP", compactor.pid());
            ProcessState.awaitState(compactor.pid(), 'T');
            if (isAtIt() && Logs.word(log(), KEEPER) >>> 2 == 0) {
                return compactor;
            }
            Foreign.signal("CONT", compactor.pid()); // it was about to replace
        }
    }

    /** By another that has claimed room, so that it cannot go on; when it is stopped, that one publishes and goes. */
    private Talk stoppedAtTheSwap() throws Exception {
        try (Talk appending = Talk.start(FarSide.command("claim-keyed", folder))) {
            assertThat(appending.line()).isEqualTo("claimed");
            Talk compactor = Talk.start(FarSide.command("compact", folder));
            assertThat(compactor.line()).isEqualTo("compacts");
            while (true) {
                Await.until("the swap", () -> isAtIt() && Logs.word(log(), KEEPER) >>> 2 != 0);
                Foreign.signal("STOP", compactor.pid());
                ProcessState.awaitState(compactor.pid(), 'T');
                if (isAtIt() && Logs.word(log(), KEEPER) >>> 2 != 0) {
                    break;
                }
                Foreign.signal("CONT", compactor.pid()); // it had let go, to try again
            }
            assertThat(appending.goOn().line()).isEqualTo("published 10");
            assertThat(appending.waitFor()).isZero();
            return compactor;
        }
    }
}
