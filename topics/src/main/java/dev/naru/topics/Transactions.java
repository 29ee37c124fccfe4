package dev.naru.topics;

import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.BatchCursor;
import dev.naru.topics.internal.Partition;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What became of the transactions of a partition, by the marks in the log itself: the first mark of a producer at or behind a
 * batch of his says whether it counts. It is looked for ahead of the reader, by headers alone, and what was found on the way is
 * kept until the reader has passed it.
 *
 * <p>Kafka's {@code .txnindex} is not asked: when it is missing, it cannot be told from one that has nothing to say.
 *
 * <p>For one thread at a time, but {@link #close} by any.
 */
final class Transactions implements Closeable {
    /** What is known of a transaction. */
    enum Outcome {
        /** It counts. */
        COMMITTED,
        /** It does not. */
        ABORTED,
        /** It is not decided yet. */
        OPEN
    }

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int KEY_BYTES = 4;
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    private record Mark(long producer, long offset, Outcome outcome) {}

    private final BatchCursor ahead;
    private final RecordView view = new RecordView("", 0);
    private final Map<Long, ArrayDeque<Mark>> marks = new HashMap<>();
    private final ArrayDeque<Mark> inOrder = new ArrayDeque<>(); // all of them
    private long generation = -1;
    private long passed;

    Transactions(Partition partition) {
        this.ahead = BatchCursor.of(partition, false); // a mark may lie above the last stable offset
    }

    /** What became of that producer's transaction whose batch begins there; offsets that are asked for grow within a generation. */
    Outcome of(long producer, long offset, long inGeneration) throws IOException {
        if (inGeneration != generation || offset < passed || offset > ahead.next()) {
            marks.clear();
            inOrder.clear();
            ahead.begin(offset, Start.OutOfRange.EARLIEST);
            generation = inGeneration;
        }
        passed = offset;
        forgetBelow(offset);
        try {
            return lookAhead(producer);
        } catch (InternalError fault) { // of a page that is gone
            if (!ahead.wasCut()) {
                throw fault;
            }
            generation = -1; // all is looked for again
            return Outcome.OPEN;
        }
    }

    private Outcome lookAhead(long producer) throws IOException {
        while (true) {
            Outcome known = known(producer);
            if (known != Outcome.OPEN || !ahead.find()) {
                return known;
            }
            if (ahead.truncatedAt() != BatchCursor.NONE) {
                generation = -1; // all is looked for again
                return Outcome.OPEN;
            }
            note();
            ahead.leave();
        }
    }

    private Outcome known(long producer) {
        ArrayDeque<Mark> those = marks.get(producer);
        return those == null ? Outcome.OPEN : those.getFirst().outcome;
    }

    /** The reader has passed them, whosesoever they are. */
    private void forgetBelow(long offset) {
        while (!inOrder.isEmpty() && inOrder.getFirst().offset < offset) {
            long producer = inOrder.removeFirst().producer;
            ArrayDeque<Mark> those = Objects.requireNonNull(marks.get(producer));
            var _ = those.removeFirst();
            if (those.isEmpty()) {
                var _ = marks.remove(producer);
            }
        }
    }

    /** How many marks it keeps. */
    int kept() {
        return inOrder.size();
    }

    private void note() throws IOException {
        MemorySegment memory = ahead.memory();
        long at = ahead.position();
        if (!Batch.isControl(memory, at) || Batch.count(memory, at) == 0 || Batch.codec(memory, at) != 0) {
            return;
        }
        view.enter(memory, at, memory, ahead.batchEnd());
        if (view.parse(at + Batch.HEADER) < 0) {
            throw ahead.damaged("a mark of a transaction does not end in its batch");
        }
        int type = view.keyLength() < KEY_BYTES ? -1 : memory.get(SHORT, view.keyOffset() + Short.BYTES);
        if (type == ABORT || type == COMMIT) {
            Outcome outcome = type == COMMIT ? Outcome.COMMITTED : Outcome.ABORTED;
            Mark mark = new Mark(Batch.producer(memory, at), view.offset(), outcome);
            marks.computeIfAbsent(mark.producer, _ -> new ArrayDeque<>()).addLast(mark);
            inOrder.addLast(mark);
        }
    }

    @Override
    public void close() {
        ahead.close();
    }
}
