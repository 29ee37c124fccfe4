package dev.naru.topics.torture;

import dev.naru.linux.ErrnoException;
import dev.naru.memory.Waiting;
import dev.naru.memory.torture.Journal;
import dev.naru.topics.Cursor;
import dev.naru.topics.RecordView;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers and readers of one partition that are killed at any moment, and what they leave for the judge.
 *
 * <p>Each life of a writer has a number of its own and appends 0, 1, 2 … It notes how many were answered. So the judge knows: what
 * stands in the log of a life is what was answered, or one batch more (killed between publish and note), without a gap. A writer
 * that is hunted appends as fast as it can, so that it is at work when it is killed; the others leave the log small.
 */
public final class TopicTorture {
    // Words of the journal.
    static final int ERROR = 0;
    static final int HUNTED = 1;
    static final int LONGEST_APPEND = 2;
    static final int LONGEST_DELIVERY = 3;
    static final int READ = 4;
    static final int ANSWERED = 16;
    static final int LAST_OFFSET = 16 + (1 << 14);
    static final int READ_BY = 16 + (1 << 15);

    /** The records of the largest batch. */
    static final int BATCH = 3;

    static final long TORN = 1;
    static final long OUT_OF_ORDER = 2;
    static final long BROKEN = 3;

    private static final int HEAD = 24;
    private static final int LONGEST = 300;

    private TopicTorture() {}

    private static int length(long number) {
        return HEAD + (int) (number * 37 % LONGEST);
    }

    private static byte filler(long life, long number) {
        return (byte) (31 * life + number);
    }

    /** What a record says: who made it, and which one it is. TORN when it is not as one was made. */
    record Said(long life, long number, long time) {
        static final Said TORN = new Said(-1, -1, -1);

        static Said of(MemorySegment memory, long at, int length) {
            if (length < HEAD) {
                return TORN;
            }
            long life = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            long number = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8);
            if (number < 0 || length != length(number)) {
                return TORN;
            }
            for (int i = HEAD; i < length; i++) {
                if (memory.get(ValueLayout.JAVA_BYTE, at + i) != filler(life, number)) {
                    return TORN;
                }
            }
            return new Said(life, number, memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 16));
        }

        static Said of(TopicRecord record) {
            byte[] value = record.valueBytes();
            return value == null ? TORN : of(MemorySegment.ofArray(value), 0, value.length);
        }
    }

    /** Arguments: store, journal, number of this life, {@code sound}, {@code answer-first} or {@code publish-first}. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            String kind = arguments[3];
            try (Journal journal = Journal.open(Path.of(arguments[1]));
                    Store store = Store.open(Path.of(arguments[0]));
                    Topic topic = store.open("t")) {
                TopicWriter writer = topic.writer(0);
                for (long number = 0; ; ) {
                    int many = number % 16 == 15 ? BATCH : 1;
                    if (kind.equals("answer-first")) {
                        journal.set(ANSWERED + life, number + many);
                    }
                    long begun = System.nanoTime();
                    long offset = append(writer, life, number, many, kind.equals("publish-first"));
                    journal.raise(LONGEST_APPEND, System.nanoTime() - begun);
                    number += many;
                    journal.set(LAST_OFFSET + life, offset + many - 1);
                    journal.set(ANSWERED + life, number);
                    if (journal.get(HUNTED) != life) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                    }
                }
            } catch (IOException refused) {
                fail(arguments[1], refused);
            }
        }

        private static long append(TopicWriter writer, long life, long number, int many, boolean publishFirst)
                throws Exception {
            writer.claim(TopicWriter.BATCH_OVERHEAD + many * TopicWriter.mostBytes(0, HEAD + LONGEST));
            MemorySegment memory = writer.memory();
            for (int i = 0; i < many; i++) {
                if (!writer.next(TopicWriter.NONE, length(number + i), System.currentTimeMillis())) {
                    throw new AssertionError("there was no room");
                }
                if (!publishFirst) {
                    fill(memory, writer.valueOffset(), life, number + i);
                }
            }
            long at = writer.valueOffset();
            long offset = writer.publish();
            if (publishFirst) {
                fill(memory, at, life, number + many - 1);
            }
            return offset;
        }

        private static void fill(MemorySegment memory, long at, long life, long number) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, life);
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 8, number);
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 16, System.nanoTime());
            for (int i = HEAD; i < length(number); i++) {
                memory.set(ValueLayout.JAVA_BYTE, at + i, filler(life, number));
            }
        }
    }

    private static void fail(String journal, IOException refused) throws IOException {
        refused.printStackTrace();
        try (Journal notes = Journal.open(Path.of(journal))) {
            notes.set(ERROR, BROKEN);
        }
    }

    /** Arguments: store, journal, number of this life. Even ones get objects, odd ones look at records in place. */
    static final class Reader {
        private static final int BEFORE_THE_END = 500;
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        private final Journal journal;
        private final int life;
        private final Cursor cursor;
        private final Map<Long, Long> next = new HashMap<>();
        private long offset = -1;
        private long passedOver;
        private long since;

        private Reader(Journal journal, int life, Cursor cursor) {
            this.journal = journal;
            this.life = life;
            this.cursor = cursor;
        }

        public static void main(String[] arguments) throws Exception {
            int life = Integer.parseInt(arguments[2]);
            try (Journal journal = Journal.open(Path.of(arguments[1]));
                    Store store = Store.open(Path.of(arguments[0]));
                    Topic topic = store.open("t");
                    Cursor cursor = topic.read(0, Start.latest().orEarliest(), Waiting.park())) {
                long from = Math.max(0, cursor.position(0) - BEFORE_THE_END);
                cursor.seek(Start.offset(from).orEarliest());
                Reader reader = new Reader(journal, life, cursor);
                while (true) {
                    reader.read();
                }
            } catch (ErrnoException refused) {
                fail(arguments[1], refused);
            }
        }

        private void read() throws Exception {
            since = System.nanoTime();
            if (life % 2 == 0) {
                for (TopicRecord record : cursor.poll(PATIENCE)) {
                    took(record.offset(), Said.of(record));
                }
            } else if (cursor.await(PATIENCE)) {
                int _ = cursor.drain(this::took, 100);
            }
        }

        private void took(RecordView record) {
            took(record.offset(), Said.of(record.memory(), record.valueOffset(), record.valueLength()));
        }

        private void took(long at, Said said) {
            if (said.equals(Said.TORN)) {
                journal.set(ERROR, TORN);
                return;
            }
            if (offset >= 0
                    && at != offset + 1) { // retention was faster; a poll tells it only after all of its records
                passedOver += at - offset - 1;
                next.clear();
                if (at <= offset || passedOver > cursor.missed()) {
                    journal.set(ERROR, OUT_OF_ORDER);
                }
            }
            offset = at;
            if (next.getOrDefault(said.life(), said.number()) != said.number()) {
                journal.set(ERROR, OUT_OF_ORDER);
            }
            next.put(said.life(), said.number() + 1);
            journal.raise(LONGEST_DELIVERY, System.nanoTime() - Math.max(since, said.time()));
            journal.count(READ);
            journal.count(READ_BY + life);
        }
    }
}
