package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.DataFormatException;

/**
 * The records of a sound batch one after the other, as a compaction wants them: what decides whether a record stays, and the bytes
 * behind its timestamp, which stay as they are.
 *
 * <p>For one thread.
 */
final class BatchRecords {
    private static final int NONE = BatchWriter.NONE;
    private static final int BITS = 7;
    private static final int MOST_SHIFT = 63;

    private final Checksum checksum = new Checksum();
    private final Unpacker unpacker = Unpacker.create();

    // Of the batch in hand.
    private Path path = Path.of("");
    private long batch;
    private MemorySegment memory = MemorySegment.NULL;
    private long first;
    private long limit;
    private long baseOffset;
    private long firstTimestamp;
    private int count;
    private int left;
    private long next;

    // Of the record in hand.
    private long at;
    private long timestamp;
    private long restAt;
    private long offset;
    private long keyAt;
    private int keyLength;
    private int valueLength;

    /** Takes the batch in hand that begins there, as long as the segment is open. */
    void enter(Segment segment, long begin) throws ErrnoException {
        MemorySegment mapped = segment.memory();
        long size = Batch.size(mapped, begin);
        batch = begin;
        path = segment.path();
        if (checksum.of(segment.bytes(), begin, size) != Batch.crc(mapped, begin)) {
            throw damaged("a batch has another CRC than it should");
        }
        int codec = Batch.codec(mapped, begin);
        if (codec == 0) {
            memory = mapped;
            first = begin + Batch.HEADER;
            limit = begin + size;
        } else {
            limit = unpack(segment, size, codec);
            memory = unpacker.memory();
            first = 0;
        }
        baseOffset = Batch.baseOffset(mapped, begin);
        firstTimestamp = Batch.firstTimestamp(mapped, begin);
        count = Batch.count(mapped, begin);
        rewind();
    }

    private int unpack(Segment segment, long size, int codec) throws ErrnoException {
        int length;
        try {
            length = unpacker.unpack(segment.bytes(), batch, size, codec);
        } catch (DataFormatException malformed) {
            throw damaged(String.valueOf(malformed.getMessage()));
        }
        if (length == Unpacker.NO_CODEC) {
            throw refused(Problem.NO_CODEC, Errno.EOPNOTSUPP, "", Unpacker.name(codec) + " (position " + batch + ")");
        }
        if (length < 0) {
            throw refused(Problem.UNPACKED_TOO_LARGE, Errno.EFBIG, Unpacker.MOST + " B", "position " + batch);
        }
        return length;
    }

    /** Before its first record. */
    void rewind() {
        next = first;
        left = count;
    }

    /** How many bytes its records have. */
    long bytes() {
        return limit - first;
    }

    /** Goes to the next record; false behind the last one. */
    boolean next() throws ErrnoException {
        if (left == 0) {
            return false;
        }
        left--;
        at = next;
        long length = varint();
        next = at + length;
        if (length <= 0 || next > limit) {
            throw damaged("a record does not end in its batch");
        }
        at++; // attributes, of which none is in use
        timestamp = firstTimestamp + varint();
        restAt = at;
        offset = baseOffset + varint();
        keyLength = length();
        keyAt = at;
        at += Math.max(0, keyLength);
        valueLength = length();
        if (at + Math.max(0, valueLength) > next) {
            throw damaged("a record does not end in its batch");
        }
        return true;
    }

    private int length() throws ErrnoException {
        long length = varint();
        if (length < NONE || length > next - at) {
            throw damaged("a record does not end in its batch");
        }
        return (int) length;
    }

    private long varint() throws ErrnoException {
        long bits = 0;
        for (int shift = 0; shift <= MOST_SHIFT; shift += BITS) {
            if (at >= limit) {
                throw damaged("a record does not end in its batch");
            }
            byte octet = memory.get(ValueLayout.JAVA_BYTE, at++);
            bits |= (octet & 0x7FL) << shift;
            if (octet >= 0) {
                break;
            }
        }
        return (bits >>> 1) ^ -(bits & 1);
    }

    /** Its number in the partition. */
    long offset() {
        return offset;
    }

    /** When it was made, in ms since 1970; not so where the log stamps its batches. */
    long timestamp() {
        return timestamp;
    }

    /** Whether it has a key. */
    boolean hasKey() {
        return keyLength >= 0;
    }

    /** Its key, in place. */
    ByteBuffer key() {
        return memory.asSlice(keyAt, keyLength).asByteBuffer();
    }

    /** Whether it has a value; else it is a tombstone. */
    boolean hasValue() {
        return valueLength >= 0;
    }

    /** Where it lies. */
    MemorySegment memory() {
        return memory;
    }

    /** Where in that memory its bytes begin that come behind the timestamp. */
    long restAt() {
        return restAt;
    }

    /** How many those are. */
    long rest() {
        return next - restAt;
    }

    private ErrnoException damaged(String what) {
        return refused(Problem.DAMAGED_LOG, Errno.EBADMSG, "position " + batch, what);
    }

    private ErrnoException refused(Problem problem, Errno errno, String limit, String value) {
        return ErrnoException.of(problem, errno.number(), "compact", path.toString(), limit, value);
    }
}
