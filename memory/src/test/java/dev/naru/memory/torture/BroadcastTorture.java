package dev.naru.memory.torture;

import dev.naru.memory.Broadcast;
import dev.naru.memory.BroadcastReader;
import dev.naru.memory.BroadcastWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.Waiting;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;

/**
 * A producer and listeners of a broadcast ring that are killed at any moment. What a listener gets is whole and in order, and
 * each listener gets in again, since no dead one keeps a row.
 */
public final class BroadcastTorture {
    static final int ERROR = 0;
    static final int HEARD = 1;
    static final int PRODUCER_SINCE = 2;
    static final int LONGEST_WAIT = 3;
    static final int SENT_BY = 16;

    private static final int LONGEST_WORDS = 60;

    private BroadcastTorture() {}

    /** Arguments: ring, journal, number of this life, {@code sound} or {@code commit-first}. */
    static final class Producer {
        private Producer() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            boolean mutant = arguments[3].equals("commit-first");
            Random random = new Random(life);
            try (Broadcast ring = Broadcast.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]));
                    BroadcastWriter writer = ring.writer()) {
                journal.set(PRODUCER_SINCE, System.nanoTime());
                for (long number = 1; ; number++) {
                    if (random.nextInt(10) == 0 && writer.claim(8 * LONGEST_WORDS) == SendOutcome.CLAIMED) {
                        var _ = writer.memory()
                                .asSlice(writer.offset(), 8 * LONGEST_WORDS)
                                .fill((byte) 77);
                        writer.abort();
                    }
                    send(writer, life, number, 2 + random.nextInt(LONGEST_WORDS - 2), mutant);
                    journal.set(SENT_BY + life, number);
                }
            }
        }

        private static void send(BroadcastWriter writer, int life, long number, int words, boolean mutant) {
            if (writer.claim(8 * words) != SendOutcome.CLAIMED) {
                throw new AssertionError("closed");
            }
            long offset = writer.offset();
            if (mutant) {
                writer.commit();
            }
            writer.memory().set(ValueLayout.JAVA_LONG, offset, life);
            for (int word = 1; word < words; word++) {
                writer.memory().set(ValueLayout.JAVA_LONG, offset + 8L * word, number);
            }
            if (!mutant) {
                writer.commit();
            }
        }
    }

    /** Arguments: ring, journal. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] arguments) throws Exception {
            long[] last = new long[1 << 14];
            try (Broadcast ring = Broadcast.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]));
                    BroadcastReader reader = ring.reader(Waiting.adaptive())) {
                while (true) {
                    long begin = System.nanoTime();
                    reader.await();
                    // A producer sends all the time: whoever sleeps beside one that lives has missed a wake-up.
                    long since = Math.max(begin, journal.get(PRODUCER_SINCE));
                    journal.raise(LONGEST_WAIT, System.nanoTime() - since);
                    int _ = reader.drain(
                            (memory, offset, length) -> {
                                if (!isSound(memory, offset, length, last)) {
                                    journal.set(ERROR, 1);
                                }
                                journal.count(HEARD);
                            },
                            32);
                }
            }
        }

        private static boolean isSound(MemorySegment memory, long offset, int length, long[] last) {
            long life = memory.get(ValueLayout.JAVA_LONG, offset);
            long number = memory.get(ValueLayout.JAVA_LONG, offset + 8);
            if (life <= 0 || life >= last.length || number <= last[(int) life]) {
                return false;
            }
            last[(int) life] = number;
            for (int at = 16; at < length; at += 8) {
                if (memory.get(ValueLayout.JAVA_LONG, offset + at) != number) {
                    return false;
                }
            }
            return true;
        }
    }
}
