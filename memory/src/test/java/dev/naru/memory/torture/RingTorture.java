package dev.naru.memory.torture;

import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.Waiting;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;

/**
 * Producers and a reader that are killed at any moment, and what is judged.
 *
 * <p>Each life of a producer has a number of its own and sends 1, 2, 3 … It notes each number once it is committed; the
 * reader notes each once it is handled. So the judge knows: what was handled of a life is what was committed, or one more
 * (killed between commit and note), without a gap; and a message comes twice only at the start of a reader's life.
 *
 * <p>Each message tells when it was sent. So the reader notes how long it slept beside a message, and a producer how long it
 * slept beside a reader that made room: both are about nothing, unless a wake-up was lost. (One clock for all processes.)
 */
public final class RingTorture {
    /** A batch: so many may come again after the death of a reader, from each lane. */
    static final int BATCH = 32;

    // Words of the journal.
    static final int ERROR = 0;
    static final int HANDLED = 1;
    static final int AGAIN = 2;
    static final int READER_SINCE = 3;
    static final int LONGEST_WAIT_OF_A_READER = 4;
    static final int LONGEST_WAIT_OF_A_PRODUCER = 5;
    static final int COMMITTED_BY = 16;
    static final int HANDLED_OF = 16 + (1 << 14);

    static final int LONGEST = 400;

    /** Of the payload: life, number, time. */
    static final int HEAD = 24;

    private RingTorture() {}

    /** What goes wrong, as the reader notes it. */
    enum Fault {
        NONE(0),
        TORN(1),
        LOST(2),
        DOUBLED(3),
        BROKEN(4);

        private final int number;

        Fault(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Fault of(long number) {
            for (Fault fault : values()) {
                if (fault.number == number) {
                    return fault;
                }
            }
            throw new AssertionError(number);
        }
    }

    /** Arguments: ring, journal, number of this life, {@code sound} or {@code commit-first}. */
    static final class Producer {
        private Producer() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            boolean mutant = arguments[3].equals("commit-first");
            Random random = new Random(life);
            try (Ring ring = Ring.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]));
                    RingWriter writer = ring.writer(Waiting.adaptive())) {
                for (long number = 1; ; number++) {
                    int length = HEAD + 8 * random.nextInt((LONGEST - HEAD) / 8);
                    long begin = System.nanoTime();
                    if (mutant) {
                        sendCommittedFirst(writer, life, number, length);
                    } else {
                        send(writer, life, number, length);
                    }
                    long end = System.nanoTime();
                    journal.raise(LONGEST_WAIT_OF_A_PRODUCER, end - Math.max(begin, journal.get(READER_SINCE)));
                    journal.set(COMMITTED_BY + life, number);
                }
            }
        }

        private static void send(RingWriter writer, int life, long number, int length) throws Exception {
            if ((number & 1) == 0) { // by copying
                var message = java.nio.ByteBuffer.allocate(length);
                fill(MemorySegment.ofBuffer(message), 0, life, number, length);
                writer.send(message);
                return;
            }
            while (writer.claim(length) != SendOutcome.CLAIMED) {
                Thread.onSpinWait();
            }
            fill(writer.memory(), writer.offset(), life, number, length);
            writer.commit();
        }

        /** The planted bug: the reader sees the message before its bytes are there. */
        private static void sendCommittedFirst(RingWriter writer, int life, long number, int length) {
            while (writer.claim(length) != SendOutcome.CLAIMED) {
                Thread.onSpinWait();
            }
            long offset = writer.offset();
            writer.commit();
            fill(writer.memory(), offset, life, number, length);
        }
    }

    static void fill(MemorySegment memory, long offset, int life, long number, int length) {
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, life);
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8, number);
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + 16, System.nanoTime());
        for (int at = HEAD; at < length; at += 8) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + at, number * 31 + life + at);
        }
    }

    /** Arguments: ring, journal. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] arguments) throws Exception {
            try (Ring ring = Ring.open(Path.of(arguments[0]));
                    Journal journal = Journal.open(Path.of(arguments[1]));
                    RingReader reader = ring.reader(Waiting.adaptive())) {
                Judge judge = new Judge(journal);
                journal.set(READER_SINCE, System.nanoTime());
                while (true) {
                    long begin = System.nanoTime();
                    reader.await();
                    judge.awoke(begin, System.nanoTime());
                    int _ = reader.drain(judge::look, BATCH);
                }
            } catch (IllegalStateException torn) {
                torn.printStackTrace();
                try (Journal journal = Journal.open(Path.of(arguments[1]))) {
                    journal.set(ERROR, Fault.BROKEN.number());
                }
            }
        }
    }

    /** Looks at each message in the life of one reader. */
    private static final class Judge {
        private final Journal journal;
        private final java.util.Map<Integer, Integer> again = new java.util.HashMap<>();
        private final java.util.Set<Integer> seenNew = new java.util.HashSet<>();
        private long asleepFrom;
        private long awakeAt;

        Judge(Journal journal) {
            this.journal = journal;
        }

        void awoke(long from, long at) {
            asleepFrom = from;
            awakeAt = at;
        }

        void look(MemorySegment memory, long offset, int length) {
            long life = memory.get(ValueLayout.JAVA_LONG, offset);
            long number = memory.get(ValueLayout.JAVA_LONG, offset + 8);
            if (life <= 0 || life >= 1 << 14 || length < HEAD) {
                fault(Fault.TORN);
                return;
            }
            for (int at = HEAD; at < length; at += 8) {
                if (memory.get(ValueLayout.JAVA_LONG, offset + at) != number * 31 + life + at) {
                    fault(Fault.TORN);
                    return;
                }
            }
            long sentAt = memory.get(ValueLayout.JAVA_LONG, offset + 16);
            journal.raise(LONGEST_WAIT_OF_A_READER, awakeAt - Math.max(asleepFrom, sentAt));
            int of = (int) life;
            long last = journal.get(HANDLED_OF + of);
            if (number > last + 1) {
                fault(Fault.LOST);
            } else if (number == last + 1) {
                journal.set(HANDLED_OF + of, number);
                journal.count(HANDLED);
                boolean _ = seenNew.add(of);
            } else {
                journal.count(AGAIN);
                if (seenNew.contains(of) || again.merge(of, 1, Integer::sum) > BATCH) {
                    fault(Fault.DOUBLED);
                }
            }
        }

        private void fault(Fault fault) {
            if (journal.get(ERROR) == 0) {
                journal.set(ERROR, fault.number());
            }
        }
    }
}
