package dev.naru.topics.internal;

import dev.naru.linux.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * What a compaction leaves of each batch, as Kafka's cleaner has it, byte for byte where nothing is compressed: the last record of each
 * key; tombstones until the time that the first compaction notes in their batch; nothing of aborted transactions; and the header alone
 * where its last offset, or the last sequence of its producer, must stay known.
 *
 * <p>For one thread.
 */
final class BatchFilter {
    private static final long NO_TIMESTAMP = -1;

    /** A length and a timestamp may get longer by so much. */
    private static final int SLACK = 15;

    private static final int MOST = Integer.MAX_VALUE - 8;

    private final OffsetMap map;
    private final long mapped; // the map has all below that offset, from where the log was dirty
    private final LogSurvey survey;
    private final long now;
    private final long tombstoneMillis;
    private final BatchRecords records;
    private final Checksum checksum = new Checksum();
    private final BitSet kept = new BitSet();
    private final Scratch plain = new Scratch();
    private final Scratch packed = new Scratch();

    // Of what stays of the batch in hand.
    private boolean hasTombstone;
    private long highest;
    private long firstKept;

    BatchFilter(OffsetMap map, long mapped, LogSurvey survey, BatchRecords records, long now, long tombstoneMillis) {
        this.map = map;
        this.mapped = mapped;
        this.survey = survey;
        this.records = records;
        this.now = now;
        this.tombstoneMillis = tombstoneMillis;
    }

    /**
     * Copies what stays of the batch that its records were made to enter.
     *
     * @param isLast whether its last offset must stay known
     * @return whether all of it stays as it is
     */
    boolean copy(MemorySegment memory, long at, boolean isLast, CleanedFile to) throws ErrnoException {
        boolean needless = survey.marks().pass(memory, at);
        boolean isControl = Batch.isControl(memory, at);
        boolean hasHorizon = Batch.hasHorizon(memory, at);
        boolean isOver = hasHorizon && Batch.firstTimestamp(memory, at) <= now;
        boolean goes = needless && (isOver || !isControl);
        choose(memory, at, goes, isControl, isOver);
        boolean needsHorizon = !hasHorizon && (hasTombstone || (needless && isControl));
        if (kept.isEmpty()) {
            boolean stays = isLast || survey.isLastOfProducer(memory, at);
            boolean isBare = Batch.count(memory, at) == 0;
            if (stays) {
                copyEmpty(memory, at, to);
            }
            return stays && isBare;
        }
        if (kept.cardinality() == Batch.count(memory, at) && !needsHorizon) {
            to.append(memory, at, Batch.size(memory, at));
            return true;
        }
        long first = hasHorizon ? Batch.firstTimestamp(memory, at) : firstKept;
        rewrite(memory, at, needsHorizon ? horizon() : first, hasHorizon || needsHorizon, to);
        return false;
    }

    private long horizon() {
        long horizon = now + tombstoneMillis;
        return horizon < 0 ? Long.MAX_VALUE : horizon;
    }

    private void choose(MemorySegment memory, long at, boolean goes, boolean isControl, boolean isOver)
            throws ErrnoException {
        kept.clear();
        hasTombstone = false;
        highest = NO_TIMESTAMP;
        firstKept = NO_TIMESTAMP;
        for (int i = 0; records.next(); i++) {
            if (!goes && (isControl || stays(isOver))) {
                long timestamp = timestamp(memory, at);
                firstKept = kept.isEmpty() ? timestamp : firstKept;
                highest = Math.max(highest, timestamp);
                hasTombstone |= !records.hasValue();
                kept.set(i);
            }
        }
    }

    private long timestamp(MemorySegment memory, long at) {
        return Batch.isLogTime(memory, at) ? Batch.highestTimestamp(memory, at) : records.timestamp();
    }

    /** What came too late for the map, and the last one of each key; a tombstone for so long. */
    private boolean stays(boolean isOver) {
        if (records.offset() >= mapped) {
            return true;
        }
        return records.hasKey() && records.offset() >= map.of(records.key()) && (records.hasValue() || !isOver);
    }

    private void copyEmpty(MemorySegment memory, long at, CleanedFile to) throws ErrnoException {
        ByteBuffer room = plain.room(Batch.HEADER);
        MemorySegment batch = MemorySegment.ofBuffer(room);
        Batch.rewriteEmpty(memory, at, batch);
        append(room, batch, Batch.HEADER, to);
    }

    private void rewrite(MemorySegment memory, long at, long first, boolean horizon, CleanedFile to)
            throws ErrnoException {
        long most = Batch.HEADER + records.bytes() + (long) SLACK * kept.cardinality();
        ByteBuffer room = plain.room((int) Math.min(MOST, most));
        MemorySegment batch = MemorySegment.ofBuffer(room);
        long end = Batch.HEADER;
        records.rewind();
        for (int i = 0; records.next(); i++) {
            if (kept.get(i)) {
                end = write(batch, end, timestamp(memory, at) - first);
            }
        }
        int codec = Batch.codec(memory, at);
        int packedSize = codec == 0 ? 0 : pack(room, (int) end, codec);
        if (packedSize > 0) {
            room = packed.room(0);
            batch = MemorySegment.ofBuffer(room);
            end = packedSize;
        }
        Batch.rewrite(
                memory,
                at,
                batch,
                (int) end,
                packedSize > 0 ? codec : 0,
                kept.cardinality(),
                first,
                Batch.isLogTime(memory, at) ? Batch.highestTimestamp(memory, at) : highest,
                horizon);
        append(room, batch, (int) end, to);
    }

    private long write(MemorySegment batch, long begin, long delta) {
        long rest = records.rest();
        long at = Varints.write(batch, begin, (int) (1 + Varints.size(delta) + rest));
        batch.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
        at = Varints.write(batch, at + 1, delta);
        MemorySegment.copy(records.memory(), records.restAt(), batch, at, rest);
        return at + rest;
    }

    /** By the codec that the batch had, if that makes it smaller; else 0. */
    private int pack(ByteBuffer batch, int end, int codec) {
        var provider = Codecs.of(codec);
        ByteBuffer room = packed.room(end).position(Batch.HEADER);
        ByteBuffer plainRecords = batch.limit(end).position(Batch.HEADER);
        boolean isSmaller = provider != null && provider.compress(plainRecords, room) && room.position() < end;
        return isSmaller ? room.position() : 0;
    }

    private void append(ByteBuffer bytes, MemorySegment batch, int size, CleanedFile to) throws ErrnoException {
        Batch.setCrc(batch, 0, checksum.of(bytes, 0, size));
        to.append(batch, 0, size);
    }
}
