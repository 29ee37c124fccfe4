package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What became of the transactions of a log, by the marks in it, and which batches and marks may go, as Kafka's cleaner has it: those of
 * aborted ones, and a mark when no batch of its transaction is left. First all batches are noted, then they are gone through.
 *
 * <p>For one thread.
 */
final class TransactionMarks {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int KEY_BYTES = 4;

    /** What a mark says. */
    private enum Kind {
        ABORT,
        COMMIT,
        /** Nothing of a transaction, or nothing any more. */
        OTHER
    }

    private final Map<Long, NavigableMap<Long, Kind>> marks = new HashMap<>(); // by producer and offset
    private final Map<Long, Long> open =
            new HashMap<>(); // where the transaction of a producer began that is not decided
    private final Set<Long> passed = new HashSet<>(); // producers of whose transaction a batch was passed

    /** Notes the batch that lies there; they come in order. */
    void note(MemorySegment memory, long at) {
        long producer = Batch.producer(memory, at);
        if (Batch.isControl(memory, at)) {
            Kind kind = kind(memory, at);
            if (kind != Kind.OTHER) {
                var _ = marks.computeIfAbsent(producer, _ -> new TreeMap<>()).put(Batch.lastOffset(memory, at), kind);
                var _ = open.remove(producer);
            }
        } else if (Batch.isTransactional(memory, at)) {
            var _ = open.putIfAbsent(producer, Batch.baseOffset(memory, at));
        }
    }

    /** All below that offset is decided. */
    long stable() {
        return open.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    }

    /** Whether the batch is of a transaction that was aborted. */
    boolean isAborted(MemorySegment memory, long at) {
        NavigableMap<Long, Kind> those = marks.get(Batch.producer(memory, at));
        if (those == null || !Batch.isTransactional(memory, at)) {
            return false;
        }
        Map.Entry<Long, Kind> mark = those.higherEntry(Batch.lastOffset(memory, at));
        return mark != null && mark.getValue() == Kind.ABORT;
    }

    /** Begins to go through them. */
    void begin() {
        passed.clear();
    }

    /** Passes the batch: whether nothing needs it any more, as far as transactions go. */
    boolean pass(MemorySegment memory, long at) {
        long producer = Batch.producer(memory, at);
        if (Batch.isControl(memory, at)) {
            return Batch.count(memory, at) == 0 || (kind(memory, at) != Kind.OTHER && !passed.remove(producer));
        }
        if (Batch.isTransactional(memory, at)) {
            boolean _ = passed.add(producer);
        }
        return isAborted(memory, at);
    }

    /** Its one record begins with length, attributes, two deltas and the length of the key, then two int16: version and kind. */
    private static Kind kind(MemorySegment memory, long at) {
        long end = at + Batch.size(memory, at);
        long key = at + Batch.HEADER;
        for (int field = 0; field < 5 && key < end; field++) {
            boolean more = field != 1; // the attributes are a byte
            while (more && key < end && memory.get(ValueLayout.JAVA_BYTE, key) < 0) {
                key++;
            }
            key++;
        }
        if (Batch.count(memory, at) == 0 || Batch.codec(memory, at) != 0 || key + KEY_BYTES > end) {
            return Kind.OTHER;
        }
        return switch (memory.get(SHORT, key + Short.BYTES)) {
            case 0 -> Kind.ABORT;
            case 1 -> Kind.COMMIT;
            default -> Kind.OTHER;
        };
    }
}
