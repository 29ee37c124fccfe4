package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.HeaderLayout;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.testing.CrashReplay;
import dev.naru.memory.testing.CrashReplay.Crash;
import dev.naru.memory.testing.RecordedOperation;
import dev.naru.memory.testing.StoreRecorder.Event;
import dev.naru.memory.testing.StoreRecorder.Mark;
import dev.naru.memory.testing.StoreRecorder.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A crash after each store. The library runs once, and each of its stores is recorded; then each prefix of them is put into
 * the file as it was before, as a process leaves it that is killed there, and the library has to make the best of it. That
 * this would find something is shown by recordings in which two stores have changed places.
 */
@ExtendWith(NoLeaks.class)
class CrashPrefixTest {
    private static final long LANE = RingLayout.lane(0);
    private static final long DATA = new RingGeometry(1, 4096).data(0);
    private static final long BROADCAST_DATA = BroadcastLayout.data(2);

    /** An id that nobody has: who held it is dead. */
    private static final long DEAD = 1_000;

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    private CrashReplay replay() {
        return new CrashReplay(file());
    }

    // The ring

    /**
     * A ring of the dead: of its messages only 2 was not taken; its reader slept before that came, and its producer did not
     * wake it.
     *
     * @param before how many messages of 48 bytes came before 1 and 2, which take 56
     */
    private void makeRing(int before) throws Exception {
        long head;
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            for (int i = 0; i < before; i++) {
                writer.send(RecordedOperation.message(4));
                reader.receive();
            }
            writer.send(RecordedOperation.message(1));
            writer.send(RecordedOperation.message(2));
            reader.receive();
            head = 48L * before + 24;
        }
        replay().store(LANE + RingLayout.PRODUCER, DEAD);
        replay().store(RingLayout.READER_AT, DEAD);
        replay().store(LANE + RingLayout.ARMED, head + 1);
    }

    /** Nothing that was promised is lost, nothing comes that was not begun, and the ring goes on working. */
    private static void judgeRing(Crash crash) throws Exception {
        try (RingStat stat = RingStat.open(crash.file())) {
            assertThat(crash.word(LANE + RingLayout.WOKEN))
                    .isLessThanOrEqualTo(stat.read().lanes().getFirst().position());
        }
        TreeSet<Long> must = new TreeSet<>(List.of(2L));
        must.addAll(crash.marked("sent"));
        must.removeAll(crash.marked("taken"));
        TreeSet<Long> may = new TreeSet<>(must);
        may.addAll(crash.marked("begun"));
        must.removeAll(crash.marked("handling"));
        if (crash.has("receiving") && crash.marked("taken").isEmpty()) {
            var _ = must.pollFirst(); // receive() moves on before it returns
        }
        List<Long> seen = new ArrayList<>();
        try (Ring ring = Ring.open(crash.file());
                RingWriter writer = ring.writer()) {
            assertThat(crash.word(RingLayout.BELL_AT))
                    .as("the reader that slept is woken by then")
                    .isGreaterThan(crash.before(RingLayout.BELL_AT));
            try (RingReader reader = ring.reader()) {
                assertThat(writer.trySend(ByteBuffer.wrap(RecordedOperation.message(99))))
                        .isTrue();
                for (long next = receive(reader); next != 99; next = receive(reader)) {
                    seen.add(next);
                }
                assertThat(reader.tryReceive()).isEmpty();
            }
        }
        assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(must).isSubsetOf(may);
    }

    private static long receive(RingReader reader) throws Exception {
        return RecordedOperation.number(reader.tryReceive().orElseThrow(() -> new AssertionError("it is empty")));
    }

    @ParameterizedTest
    @CsvSource({
        "SEND, 0", "ABORT_AND_SEND, 0", "SEND_TOGETHER, 0", "RECEIVE, 0", "DRAIN, 0",
        "SEND, 84", "ABORT_AND_SEND, 84", "SEND_TOGETHER, 84", "RECEIVE, 84", "DRAIN, 84"
    })
    void aRingAfterEachCrash(RecordedOperation operation, int before) throws Exception {
        makeRing(before);
        List<Event> events = replay().record(operation);
        assertThat(replay().storesPastWords(events))
                .as("stores that bypass Words: payloads")
                .allMatch(at -> at >= DATA);
        replay().crashAfterEach(events, CrashPrefixTest::judgeRing);
    }

    @Test
    void aDrainOfTwoAfterEachCrash() throws Exception {
        // given
        makeRing(0);
        try (Ring ring = Ring.open(file());
                RingWriter writer = ring.writer()) {
            writer.send(RecordedOperation.message(3));
        }
        replay().store(LANE + RingLayout.ARMED, 1_000);
        // then
        List<Event> events = replay().record(RecordedOperation.DRAIN);
        assertThat(events).contains(new Mark("handling 2"), new Mark("handling 3"));
        replay().crashAfterEach(events, crash -> judgeRing(crash.withMarks(new Mark("sent 3"))));
    }

    @Test
    void aWordBeforeThePayloadWouldBeFound() throws Exception {
        makeRing(0);
        List<Event> events = replay().record(RecordedOperation.SEND);
        assertFound(events, DATA + 56, at(events, DATA + 56 + 8));
    }

    @Test
    void aWordBeforeTheZeroBehindItWouldBeFound() throws Exception {
        makeRing(84);
        Store zero = zeroBehind(replay().record(RecordedOperation.SEND));
        replay().store(
                        zero.at(),
                        RingLayout.MESSAGE | 8); // the lane has gone round: a frame of the round before lies there
        List<Event> events = replay().record(RecordedOperation.SEND);
        assertFound(events, DATA + 4088, events.indexOf(zero));
    }

    private static Store zeroBehind(List<Event> events) {
        return events.stream()
                .filter(Store.class::isInstance)
                .map(Store.class::cast)
                .filter(store -> store.at() > DATA && store.value() == 0)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFirstWordBeforeTheOthersWouldBeFound() throws Exception {
        makeRing(84);
        List<Event> events = replay().record(RecordedOperation.SEND);
        assertFound(events, DATA + 4088, at(events, DATA)); // padding, and the message behind it
    }

    @Test
    void aHeadBeforeTheHandlingWouldBeFound() throws Exception {
        makeRing(0);
        List<Event> events = replay().record(RecordedOperation.DRAIN);
        assertFound(events, LANE + RingLayout.HEAD, events.indexOf(new Mark("handling 2")));
    }

    @Test
    void aWokenBeforeTheBellWouldBeFound() throws Exception {
        makeRing(0);
        List<Event> events = replay().record(RecordedOperation.SEND);
        assertFound(events, LANE + RingLayout.WOKEN, at(events, RingLayout.BELL_AT));
    }

    private void assertFound(List<Event> events, long at, int to) {
        List<Event> mutant = CrashReplay.moved(events, at, to);
        assertThat(mutant).isNotEqualTo(events);
        assertThatThrownBy(() -> replay().crashAfterEach(mutant, CrashPrefixTest::judgeRing))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("killed after");
    }

    private static int at(List<Event> events, long offset) {
        return CrashReplay.firstStore(events, offset);
    }

    // The lock

    private void makeLock(long word) throws Exception {
        SharedLock.create(file()).close();
        replay().store(LockLayout.WORD_AT, word);
    }

    /** Whoever comes next is told if somebody died in the section, and not without reason. */
    private static void judgeLock(Crash crash) throws Exception {
        boolean wasWhole = (crash.before(LockLayout.WORD_AT) & ~LockLayout.WAITED) == 0;
        boolean untouched = crash.word(LockLayout.WORD_AT) == crash.before(LockLayout.WORD_AT);
        boolean inside = crash.has("locked") && !crash.has("unlocking");
        try (SharedLock lock = SharedLock.open(crash.file())) {
            LockOutcome outcome = lock.lock();
            lock.unlock();
            if (inside || (!wasWhole && !crash.has("unlocking"))) {
                assertThat(outcome).isEqualTo(LockOutcome.OWNER_DIED);
            } else if (crash.has("unlocked") || untouched) {
                assertThat(outcome).isEqualTo(LockOutcome.ACQUIRED);
            }
            assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
            lock.unlock();
        }
    }

    private static final long OWNED = DEAD << 2;

    /** Free, given back dirty, of a dead one; with and without somebody who waits. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, OWNED, OWNED | 1, OWNED | 2, OWNED | 3})
    void aLockAfterEachCrash(long word) throws Exception {
        for (RecordedOperation operation :
                List.of(RecordedOperation.LOCK, RecordedOperation.LOCK_AND_FAIL, RecordedOperation.OPEN_LOCK)) {
            makeLock(word);
            List<Event> events = replay().record(operation);
            assertThat(replay().storesPastWords(events)).isEmpty();
            replay().crashAfterEach(events, CrashPrefixTest::judgeLock);
            SharedLock.remove(file());
        }
    }

    @Test
    void aTakeoverInTwoStoresWouldBeFound() throws Exception {
        makeLock(OWNED);
        List<Event> mutant = new ArrayList<>(replay().record(RecordedOperation.LOCK));
        mutant.add(at(mutant, LockLayout.WORD_AT), new Store(LockLayout.WORD_AT, 0, true)); // freed, then taken
        assertThatThrownBy(() -> replay().crashAfterEach(mutant, CrashPrefixTest::judgeLock))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("killed after");
    }

    // The broadcast ring

    /** A reader that has seen nothing yet, of a ring that had that many messages; its producer is dead. */
    private CrashReplay makeBroadcast(long messages) throws Exception {
        Broadcast.create(file(), BroadcastSpec.of(2, 4096)).close();
        CrashReplay replay = replay().rememberEmpty();
        try (Broadcast ring = Broadcast.open(file());
                BroadcastWriter writer = ring.writer()) {
            for (long i = 0; i < messages; i++) {
                writer.send(RecordedOperation.message(i));
            }
        }
        replay.store(BroadcastLayout.PRODUCER_AT, DEAD);
        return replay;
    }

    private static void judgeBroadcast(CrashReplay replay, long messages, Crash crash) throws Exception {
        replay.restoreEmpty();
        List<Long> seen = new ArrayList<>();
        try (Broadcast early = Broadcast.open(crash.file());
                BroadcastReader reader = early.reader()) {
            crash.again();
            take(reader, seen);
            long sent = RecordedOperation.sent(crash.file());
            assertThat(sent)
                    .isBetween(
                            messages + crash.marked("sent").size(),
                            messages + crash.marked("begun").size());
            try (Broadcast ring = Broadcast.open(crash.file());
                    BroadcastWriter writer = ring.writer();
                    BroadcastReader late = ring.reader()) {
                writer.send(RecordedOperation.message(sent));
                assertThat(late.tryReceive()).hasValue(RecordedOperation.message(sent));
                assertThat(late.missed()).isZero();
            }
            take(reader, seen);
            assertThat(seen.size() + reader.missed()).isEqualTo(sent + 1);
            assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(sent);
        }
    }

    private static void take(BroadcastReader reader, List<Long> seen) throws IOException {
        for (Optional<byte[]> next = reader.tryReceive(); next.isPresent(); next = reader.tryReceive()) {
            seen.add(RecordedOperation.number(next.get()));
        }
    }

    /** After 103 messages the next one goes round, over the first; after 204 with padding before it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3, 103, 204})
    void aBroadcastRingAfterEachCrash(long messages) throws Exception {
        for (RecordedOperation operation : List.of(RecordedOperation.BROADCAST, RecordedOperation.LISTEN)) {
            CrashReplay replay = makeBroadcast(messages);
            List<Event> events = replay.record(operation);
            assertThat(replay.storesPastWords(events)).allMatch(at -> at >= BROADCAST_DATA);
            replay.crashAfterEach(events, crash -> judgeBroadcast(replay, messages, crash));
            Broadcast.remove(file());
        }
    }

    @ParameterizedTest
    @CsvSource({"INTENT_LATE", "TAIL_BEFORE_LENGTH"})
    void storesOfABroadcastInAnotherOrderWouldBeFound(String mutation) throws Exception {
        CrashReplay replay = makeBroadcast(103);
        List<Event> events = replay.record(RecordedOperation.BROADCAST);
        List<Event> mutant = mutation.equals("INTENT_LATE")
                ? CrashReplay.moved(events, BroadcastLayout.INTENT_AT, at(events, BroadcastLayout.TAIL_AT))
                : CrashReplay.moved(events, BroadcastLayout.TAIL_AT, at(events, BROADCAST_DATA));
        assertThat(mutant).isNotEqualTo(events);
        assertThatThrownBy(() -> replay.crashAfterEach(mutant, crash -> judgeBroadcast(replay, 103, crash)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("killed after");
    }

    // What an earlier boot has left

    @Test
    void aRingOfAnEarlierBootAfterEachCrashOfItsRecovery() throws Exception {
        makeRing(0);
        replay().store(HeaderLayout.BOOT_AT, 17);
        List<Event> events = replay().record(RecordedOperation.OPEN_RING);
        replay().crashAfterEach(events, CrashPrefixTest::judgeEmptyRing);

        // the boot is stored last: else a part of the old words would be believed
        List<Event> mutant = CrashReplay.movedLast(events, HeaderLayout.BOOT_AT, at(events, LANE + RingLayout.HEAD));
        assertThat(mutant).isNotEqualTo(events);
        assertThatThrownBy(() -> replay().crashAfterEach(mutant, CrashPrefixTest::judgeEmptyRing))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("killed after");
    }

    private static void judgeEmptyRing(Crash crash) throws Exception {
        try (Ring ring = Ring.open(crash.file());
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            assertThat(reader.tryReceive()).isEmpty();
            writer.send(RecordedOperation.message(5));
            assertThat(receive(reader)).isEqualTo(5);
        }
    }

    @Test
    void aBroadcastRingOfAnEarlierBootAfterEachCrashOfItsRecovery() throws Exception {
        makeBroadcast(3);
        replay().store(HeaderLayout.BOOT_AT, 17);
        List<Event> events = replay().record(RecordedOperation.OPEN_BROADCAST);
        replay().crashAfterEach(events, crash -> {
            try (Broadcast ring = Broadcast.open(crash.file());
                    BroadcastReader reader = ring.reader();
                    BroadcastWriter writer = ring.writer()) {
                assertThat(RecordedOperation.sent(crash.file())).isZero();
                writer.send(RecordedOperation.message(5));
                assertThat(reader.tryReceive()).hasValue(RecordedOperation.message(5));
                assertThat(reader.missed()).isZero();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"LOCK", "OPEN_LOCK"})
    void aLockOfAnEarlierBootAfterEachCrashOfItsRecovery(RecordedOperation operation) throws Exception {
        for (long word : new long[] {0, LockLayout.WAITED, LockLayout.DIRTY, OWNED | LockLayout.WAITED}) {
            makeLock(word);
            replay().store(HeaderLayout.BOOT_AT, 17);
            List<Event> events = replay().record(operation);
            replay().crashAfterEach(events, CrashPrefixTest::judgeLock);
            SharedLock.remove(file());
        }
    }
}
