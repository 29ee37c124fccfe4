package dev.naru.topics.internal;

import static dev.naru.linux.UnguardedMemory.ALL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Lays records out as one batch, in place. The caller stores keys, values and headers where it is told to.
 *
 * <p>For one thread at a time, which has the lock of the partition: that keeps the memory mapped, so it is not guarded here. Nothing
 * is allocated.
 */
public final class BatchWriter {
    /** The length of a key or value that is none. */
    public static final int NONE = -1;

    /** What a batch takes beside its records. */
    public static final int OVERHEAD = Batch.HEADER;

    private MemorySegment memory = MemorySegment.NULL; // as its users see it
    private long origin; // where that is; all that follows are addresses
    private long start;
    private long limit;
    private long at;
    private int count;
    private boolean hasUnkeyed;
    private long firstTimestamp;
    private long highestTimestamp;
    private long keyAt;
    private long valueAt;
    private long headersAt;
    private long producer = NONE;
    private short producerEpoch;
    private int sequence;

    /** One that has no memory yet. */
    public BatchWriter() {}

    /** The bytes that a record takes at most, as one of the first million in its batch. */
    public static int most(int keyLength, int valueLength, int headerBytes) {
        long body = 1
                + 10
                + 4
                + 3 * Varints.MOST_INT_BYTES
                + (long) Math.max(0, keyLength)
                + Math.max(0, valueLength)
                + headerBytes;
        return (int) Math.min(Integer.MAX_VALUE, body + Varints.MOST_INT_BYTES);
    }

    /** The bytes of a batch of one record. */
    public static int single(int keyLength, int valueLength, int headers, int headerBytes) {
        long body = body(0, 0, keyLength, valueLength, headers, headerBytes);
        return (int) Math.min(Integer.MAX_VALUE, Batch.HEADER + Varints.size(body) + body);
    }

    /** The bytes that a record takes as the so-many-th of its batch. */
    public static long in(
            long timestampDelta, int offsetDelta, int keyLength, int valueLength, int headers, int headerBytes) {
        long body = body(timestampDelta, offsetDelta, keyLength, valueLength, headers, headerBytes);
        return Varints.size(body) + body;
    }

    private static long body(
            long timestampDelta, int offsetDelta, int keyLength, int valueLength, int headers, int headerBytes) {
        return 1
                + Varints.size(timestampDelta)
                + Varints.size(offsetDelta)
                + Varints.size(keyLength)
                + (long) Math.max(0, keyLength)
                + Varints.size(valueLength)
                + Math.max(0, valueLength)
                + Varints.size(headers)
                + headerBytes;
    }

    /** Begins a batch there. */
    public void begin(MemorySegment segment, long from, long to) {
        memory = segment;
        origin = segment.address();
        start = origin + from;
        limit = origin + to;
        at = start + Batch.HEADER;
        count = 0;
        hasUnkeyed = false;
        producer = NONE;
    }

    /** Goes on in that memory, which is larger, with what is laid out. */
    public void moveTo(MemorySegment segment) {
        long used = Math.max(at - start, Batch.HEADER);
        if (count > 0) {
            MemorySegment.copy(memory, start(), segment, 0, used);
        }
        memory = segment;
        origin = segment.address();
        start = origin;
        limit = origin + segment.byteSize();
        at = start + used;
    }

    /** Takes over what another one has laid out; there is room for it. */
    public void take(BatchWriter other) {
        long records = start + Batch.HEADER;
        long size = other.at - other.start - Batch.HEADER;
        if (records + size > limit) {
            throw new IllegalStateException("less was claimed than a batch takes");
        }
        MemorySegment.copy(other.memory, other.start() + Batch.HEADER, memory, start() + Batch.HEADER, size);
        at = records + size;
        count = other.count;
        hasUnkeyed = other.hasUnkeyed;
        firstTimestamp = other.firstTimestamp;
        highestTimestamp = other.highestTimestamp;
    }

    /** From now on nothing is laid out: the memory may go, or be another batch's. */
    void end() {
        memory = MemorySegment.NULL;
        at = 0;
        limit = 0;
    }

    /** Says whose the batch is, and the number of its first record. */
    public void by(long id, short epoch, int first) {
        producer = id;
        producerEpoch = epoch;
        sequence = first;
    }

    /**
     * Lays out the next record.
     *
     * @param keyLength in bytes, or {@link #NONE}
     * @param valueLength in bytes, or {@link #NONE}
     * @param headers how many
     * @param headerBytes what they take, each name and value with its length
     * @param timestamp in ms since 1970
     * @return false when there is no room for it
     */
    public boolean next(int keyLength, int valueLength, int headers, int headerBytes, long timestamp) {
        if (count == 0) {
            firstTimestamp = timestamp;
            highestTimestamp = timestamp;
        }
        long delta = delta(timestamp);
        long body = body(delta, count, keyLength, valueLength, headers, headerBytes);
        if (at + Varints.size(body) + body > limit) {
            return false;
        }
        long to = Varints.write(ALL, at, (int) body);
        ALL.set(ValueLayout.JAVA_BYTE, to, (byte) 0);
        to = Varints.write(ALL, to + 1, delta);
        to = Varints.write(ALL, to, count);
        keyAt = Varints.write(ALL, to, keyLength);
        valueAt = Varints.write(ALL, keyAt + Math.max(0, keyLength), valueLength);
        headersAt = Varints.write(ALL, valueAt + Math.max(0, valueLength), headers);
        at = headersAt + headerBytes;
        count++;
        hasUnkeyed |= keyLength == NONE;
        highestTimestamp = Math.max(highestTimestamp, timestamp);
        return true;
    }

    /** Where it all lies. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where the key of the last record goes. */
    public long keyAt() {
        return keyAt - origin;
    }

    /** Where the value of the last record goes. */
    public long valueAt() {
        return valueAt - origin;
    }

    /** Where the headers of the last record go. */
    public long headersAt() {
        return headersAt - origin;
    }

    /** How many records it has. */
    public int count() {
        return count;
    }

    /** What it takes so far, in bytes. */
    public int bytes() {
        return (int) (at - start);
    }

    /** That time, as the next record would have it: in ms since that of the first one. */
    public long delta(long timestamp) {
        return count == 0 ? 0 : timestamp - firstTimestamp;
    }

    /** Whether a record of it has no key. */
    boolean hasUnkeyed() {
        return hasUnkeyed;
    }

    /** Where it begins. */
    long start() {
        return start - origin;
    }

    /**
     * Writes the header but for the CRC: the bytes of the batch.
     *
     * @param logTime the timestamp of all its records; {@link #NONE} for those that they have
     */
    int finish(long baseOffset, int epoch, long logTime) {
        int size = (int) (at - start);
        short attributes = logTime == NONE ? 0 : Batch.TIME_OF_LOG;
        long highest = logTime == NONE ? highestTimestamp : logTime;
        Batch.write(ALL, start, baseOffset, size, epoch, attributes, count, firstTimestamp, highest);
        if (producer != NONE) {
            Batch.setProducer(ALL, start, producer, producerEpoch, sequence);
        }
        return size;
    }
}
