package dev.naru.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.internal.HeaderLayout;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.RingLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A crash after each store. For each operation its stores are written down in their order, as {@code docs/layouts/} has
 * them; that they are the right ones is checked against what the operation itself leaves. Then each prefix of them is
 * applied to the state before, as a process leaves it that is killed there, and the library has to make the best of it.
 */
@ExtendWith(NoLeaks.class)
class CrashPrefixTest {
    private static final long LANE = RingLayout.lane(0);
    private static final long DATA = RingLayout.data(1, 0, 4096);

    /** An id that nobody has: who held it is dead. */
    private static final long DEAD = 1_000;

    @TempDir
    Path folder;

    /** A store: where, and what. */
    private record Store(long at, long value) {}

    /** Runs on the file, in this process. */
    private interface Step {
        void run(Path file) throws Exception;
    }

    private Path file() {
        return folder.resolve("shared");
    }

    /** The words in which two files differ: those of the header that every member changes are left out. */
    private static Map<Long, Long> changes(Path before, Path after) throws IOException {
        ByteBuffer old = ByteBuffer.wrap(Files.readAllBytes(before)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer now = ByteBuffer.wrap(Files.readAllBytes(after)).order(ByteOrder.LITTLE_ENDIAN);
        Map<Long, Long> changes = new TreeMap<>();
        for (int at = 128; at < old.capacity(); at += 8) {
            boolean table = at >= 1024 && at < 4096;
            if (!table && old.getLong(at) != now.getLong(at)) {
                changes.put((long) at, now.getLong(at));
            }
        }
        return changes;
    }

    private static void apply(Path file, List<Store> stores) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (Store store : stores) {
                ByteBuffer word =
                        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, store.value);
                int _ = channel.write(word, store.at);
            }
        }
    }

    /** The bytes of a file put into another, which keeps its inode. */
    private static void restore(Path from, Path to) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(to.toFile(), "rw")) {
            file.write(Files.readAllBytes(from));
        }
    }

    private void crashAfterEach(Step before, Step operation, List<Store> stores, Step judge) throws Exception {
        before.run(file());
        Path start = folder.resolve("start");
        var _ = Files.copy(file(), start);
        operation.run(file());
        Map<Long, Long> listed = new TreeMap<>();
        stores.stream()
                .filter(store -> store.at >= HeaderLayout.OWN_AT)
                .forEach(store -> listed.put(store.at, store.value));
        assertThat(changes(start, file()))
                .as("the stores of the operation itself")
                .isEqualTo(listed);
        for (int prefix = 0; prefix <= stores.size(); prefix++) {
            restore(start, file());
            apply(file(), stores.subList(0, prefix));
            try {
                judge.run(file());
            } catch (Exception | AssertionError wrong) {
                throw new AssertionError("killed after " + prefix + " stores of " + stores, wrong);
            }
        }
    }

    private static byte[] message(long number) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, number)
                .array();
    }

    private static long number(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** All that the ring still has; it goes on working then. */
    private static List<Long> judge(Path file) throws Exception {
        List<Long> seen = new ArrayList<>();
        try (Ring ring = Ring.open(file);
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            writer.send(message(99));
            for (long next = number(reader.receive()); next != 99; next = number(reader.receive())) {
                seen.add(next);
            }
            assertThat(reader.tryReceive()).isEmpty();
        }
        return seen;
    }

    /** A ring with two messages, of which the first was handled: tail 32, head 16. Its lane and its reader are a dead one's. */
    private static void ringOfTheDead(Path file) throws Exception {
        try (Ring ring = Ring.create(file, RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            writer.send(message(1));
            writer.send(message(2));
            var _ = reader.receive();
        }
        apply(
                file,
                List.of(
                        new Store(LANE + RingLayout.PRODUCER, DEAD),
                        new Store(RingLayout.READER_AT, DEAD),
                        new Store(LANE + RingLayout.ARMED, 17))); // the reader has slept, and a wake is due
    }

    @Test
    void aSendThatIsCutOffIsSentOrNot() throws Exception {
        crashAfterEach(
                CrashPrefixTest::ringOfTheDead,
                file -> {
                    try (Ring ring = Ring.open(file);
                            RingWriter writer = ring.writer()) {
                        writer.send(message(3));
                    }
                },
                List.of(
                        // becoming a member, and taking the lane over
                        new Store(HeaderLayout.IDS_AT, 2),
                        new Store(LANE + RingLayout.PRODUCER, 2),
                        new Store(LANE + RingLayout.TAKEOVERS, 1),
                        new Store(RingLayout.BELL_AT, 1),
                        new Store(LANE + RingLayout.WOKEN, 32),
                        // the message
                        new Store(DATA + 40, 3),
                        new Store(DATA + 32, 8),
                        new Store(LANE + RingLayout.SENT, 3),
                        new Store(LANE + RingLayout.TAIL, 48),
                        // giving the lane back
                        new Store(LANE + RingLayout.PRODUCER, 0)),
                file -> assertThat(judge(file)).isIn(List.of(2L), List.of(2L, 3L)));
    }

    @Test
    void aSendIsThereAsSoonAsTheTailIsStored() throws Exception {
        ringOfTheDead(file());
        apply(
                file(),
                List.of(
                        new Store(DATA + 40, 3),
                        new Store(DATA + 32, 8),
                        new Store(LANE + RingLayout.SENT, 3),
                        new Store(LANE + RingLayout.TAIL, 48)));
        assertThat(judge(file())).containsExactly(2L, 3L);
    }

    @Test
    void aReceiveThatIsCutOffComesAgainOrNot() throws Exception {
        crashAfterEach(
                CrashPrefixTest::ringOfTheDead,
                file -> {
                    try (Ring ring = Ring.open(file);
                            RingReader reader = ring.reader()) {
                        assertThat(number(reader.receive())).isEqualTo(2);
                    }
                },
                List.of(
                        new Store(HeaderLayout.IDS_AT, 2),
                        new Store(RingLayout.READER_AT, 2),
                        new Store(LANE + RingLayout.RECEIVED, 2),
                        new Store(LANE + RingLayout.HEAD, 32),
                        new Store(RingLayout.READER_AT, 0)),
                file -> assertThat(judge(file)).isIn(List.of(2L), List.of()));
    }

    @Test
    void aLockThatIsCutOffIsFreeOrItsOwnerDied() throws Exception {
        long free = 0;
        crashAfterEach(
                file -> SharedLock.create(file).close(),
                file -> {
                    try (SharedLock lock = SharedLock.open(file)) {
                        assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
                        lock.unlockDirty();
                    }
                },
                List.of(new Store(LockLayout.WORD_AT, LockLayout.ownedBy(DEAD)), new Store(LockLayout.WORD_AT, 2)),
                file -> {
                    boolean untouched = word(file, LockLayout.WORD_AT) == free;
                    try (SharedLock lock = SharedLock.open(file)) {
                        assertThat(lock.lock()).isEqualTo(untouched ? LockOutcome.ACQUIRED : LockOutcome.OWNER_DIED);
                        lock.unlock();
                        assertThat(lock.lock()).isEqualTo(LockOutcome.ACQUIRED);
                        lock.unlock();
                    }
                });
    }

    @Test
    void aTakeoverOfALockThatIsCutOffIsTakenOverAgain() throws Exception {
        for (long word : new long[] {
            LockLayout.ownedBy(DEAD),
            LockLayout.ownedBy(DEAD) | LockLayout.WAITED,
            LockLayout.ownedBy(DEAD) | LockLayout.DIRTY | LockLayout.WAITED,
            LockLayout.DIRTY
        }) {
            SharedLock.create(file()).close();
            apply(file(), List.of(new Store(LockLayout.WORD_AT, word)));
            // one takes it over and dies in its repair, and another one after it
            for (long next = DEAD + 1; next < DEAD + 3; next++) {
                try (SharedLock lock = SharedLock.open(file())) {
                    assertThat(lock.lock()).as("word %x", word).isEqualTo(LockOutcome.OWNER_DIED);
                    lock.unlockDirty();
                }
                apply(file(), List.of(new Store(LockLayout.WORD_AT, LockLayout.ownedBy(next))));
            }
            SharedLock.remove(file());
        }
    }

    private static long word(Path file, long at) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong((int) at);
    }
}
