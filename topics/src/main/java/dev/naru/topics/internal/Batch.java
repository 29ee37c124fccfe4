package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The header of a Kafka record batch, magic 2: 61 bytes, big-endian, at any address.
 *
 * <pre>
 *   0  base offset, int64     12  leader epoch, int32   16  magic, int8    17  CRC-32C of all from 21 on, int32
 *   8  length of what         21  attributes, int16     23  last offset less the base, int32
 *      follows, int32         27  first timestamp, int64             35  highest timestamp, int64
 *  43  producer id, int64     51  producer epoch, int16  53  first sequence, int32    57  records, int32
 * </pre>
 */
public final class Batch {
    /** Where the records begin. */
    public static final int HEADER = 61;

    /** What comes before the part that the length counts. */
    public static final int OVERHEAD = 12;

    /** The one magic that we know. */
    public static final byte MAGIC = 2;

    /** Where the part begins that the CRC covers. */
    static final int CRC_FROM = 21;

    private static final int LENGTH = 8;
    private static final int EPOCH = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_DELTA = 23;
    private static final int FIRST_TIMESTAMP = 27;
    private static final int HIGHEST_TIMESTAMP = 35;
    private static final int PRODUCER = 43;
    private static final int PRODUCER_EPOCH = 51;
    private static final int SEQUENCE = 53;
    private static final int COUNT = 57;

    private static final int CODEC_BITS = 7;
    private static final int LOG_TIME_BIT = 8;
    private static final int TRANSACTION_BIT = 0x10;
    private static final int CONTROL_BIT = 0x20;
    private static final int HORIZON_BIT = 0x40;
    private static final long NO_TIMESTAMP = -1;

    /** All of its records have the highest timestamp, which the log gave. */
    static final short TIME_OF_LOG = 8;

    private static final VarHandle SHORT = bigEndian(ValueLayout.JAVA_SHORT_UNALIGNED);
    private static final VarHandle INT = bigEndian(ValueLayout.JAVA_INT_UNALIGNED);
    private static final VarHandle LONG = bigEndian(ValueLayout.JAVA_LONG_UNALIGNED);

    private Batch() {}

    private static VarHandle bigEndian(ValueLayout layout) {
        return layout.withOrder(ByteOrder.BIG_ENDIAN).varHandle();
    }

    /** The offset of its first record. */
    public static long baseOffset(MemorySegment memory, long at) {
        return (long) LONG.get(memory, at);
    }

    /** The offset of its last record, or what it had before a compaction. */
    public static long lastOffset(MemorySegment memory, long at) {
        return baseOffset(memory, at) + lastDelta(memory, at);
    }

    /** The last of its offsets, less the first. */
    static int lastDelta(MemorySegment memory, long at) {
        return (int) INT.get(memory, at + LAST_DELTA);
    }

    /** Whether its format is the one that we know. */
    static boolean hasMagic(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at + MAGIC_AT) == MAGIC;
    }

    /** All its bytes. */
    public static long size(MemorySegment memory, long at) {
        return OVERHEAD + (long) (int) INT.get(memory, at + LENGTH);
    }

    /** The epoch of the leader that appended it. */
    public static int epoch(MemorySegment memory, long at) {
        return (int) INT.get(memory, at + EPOCH);
    }

    /** The timestamp from which those of its records are counted, in ms since 1970. */
    public static long firstTimestamp(MemorySegment memory, long at) {
        return (long) LONG.get(memory, at + FIRST_TIMESTAMP);
    }

    /** The highest timestamp of its records, in ms since 1970. */
    public static long highestTimestamp(MemorySegment memory, long at) {
        return (long) LONG.get(memory, at + HIGHEST_TIMESTAMP);
    }

    /** How many records it has. */
    public static int count(MemorySegment memory, long at) {
        return (int) INT.get(memory, at + COUNT);
    }

    /** How its records are compressed: 0 not at all, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public static int codec(MemorySegment memory, long at) {
        return (short) SHORT.get(memory, at + ATTRIBUTES) & CODEC_BITS;
    }

    /** Whether all its records have its highest timestamp, which is the log's. */
    public static boolean isLogTime(MemorySegment memory, long at) {
        return ((short) SHORT.get(memory, at + ATTRIBUTES) & LOG_TIME_BIT) != 0;
    }

    /** Whether it counts only when the transaction of its producer is committed. */
    public static boolean isTransactional(MemorySegment memory, long at) {
        return ((short) SHORT.get(memory, at + ATTRIBUTES) & TRANSACTION_BIT) != 0;
    }

    /** Whether it has marks of transactions and no records of users. */
    public static boolean isControl(MemorySegment memory, long at) {
        return ((short) SHORT.get(memory, at + ATTRIBUTES) & CONTROL_BIT) != 0;
    }

    /** Whether a compaction has noted until when its tombstones stay: in the place of its first timestamp. */
    static boolean hasHorizon(MemorySegment memory, long at) {
        return ((short) SHORT.get(memory, at + ATTRIBUTES) & HORIZON_BIT) != 0;
    }

    /** The id of its producer; -1 for nobody in particular. */
    public static long producer(MemorySegment memory, long at) {
        return (long) LONG.get(memory, at + PRODUCER);
    }

    /** The epoch of its producer. */
    public static short producerEpoch(MemorySegment memory, long at) {
        return (short) SHORT.get(memory, at + PRODUCER_EPOCH);
    }

    /** The number that its producer gave its first record. */
    public static int sequence(MemorySegment memory, long at) {
        return (int) INT.get(memory, at + SEQUENCE);
    }

    /** Says whose it is. */
    static void setProducer(MemorySegment memory, long at, long id, short epoch, int sequence) {
        LONG.set(memory, at + PRODUCER, id);
        SHORT.set(memory, at + PRODUCER_EPOCH, epoch);
        INT.set(memory, at + SEQUENCE, sequence);
    }

    /** The CRC that its maker found. */
    public static int crc(MemorySegment memory, long at) {
        return (int) INT.get(memory, at + CRC);
    }

    static void setCrc(MemorySegment memory, long at, int crc) {
        INT.set(memory, at + CRC, crc);
    }

    /** Whether a header stands there of a batch that ends at {@code limit} or before; the CRC is not looked at. */
    public static boolean isWhole(MemorySegment memory, long at, long limit) {
        if (limit - at < HEADER) {
            return false;
        }
        long size = size(memory, at);
        return size >= HEADER
                && size <= limit - at
                && hasMagic(memory, at)
                && count(memory, at) >= 0
                && lastOffset(memory, at) >= baseOffset(memory, at);
    }

    /**
     * Writes the header of what a compaction leaves of a batch, but for the CRC. Offsets, sequences, epochs and producer stay.
     *
     * @param from where the header of the batch lies that it was
     * @param first that from which the timestamps of its records are counted; with {@code horizon}, until when its tombstones stay
     */
    static void rewrite(
            MemorySegment from,
            long fromAt,
            MemorySegment to,
            int size,
            int codec,
            int count,
            long first,
            long highest,
            boolean horizon) {
        MemorySegment.copy(from, fromAt, to, 0, HEADER);
        int attributes = (short) SHORT.get(from, fromAt + ATTRIBUTES) & ~(CODEC_BITS | HORIZON_BIT);
        SHORT.set(to, ATTRIBUTES, (short) (attributes | codec | (horizon ? HORIZON_BIT : 0)));
        INT.set(to, LENGTH, size - OVERHEAD);
        INT.set(to, COUNT, count);
        LONG.set(to, FIRST_TIMESTAMP, first);
        LONG.set(to, HIGHEST_TIMESTAMP, highest);
    }

    /** Writes that of one of which nothing is left but its numbers, likewise. */
    static void rewriteEmpty(MemorySegment from, long fromAt, MemorySegment to) {
        rewrite(from, fromAt, to, HEADER, 0, 0, NO_TIMESTAMP, highestTimestamp(from, fromAt), false);
    }

    /** Its records were compressed in place: it has so many bytes now. */
    static void setCodec(MemorySegment memory, long at, int codec, int size) {
        int attributes = (short) SHORT.get(memory, at + ATTRIBUTES) & ~CODEC_BITS;
        SHORT.set(memory, at + ATTRIBUTES, (short) (attributes | codec));
        INT.set(memory, at + LENGTH, size - OVERHEAD);
    }

    /** Writes all but the CRC, for records of nobody in particular. */
    static void write(
            MemorySegment memory,
            long at,
            long baseOffset,
            int size,
            int epoch,
            short attributes,
            int count,
            long first,
            long highest) {
        LONG.set(memory, at, baseOffset);
        INT.set(memory, at + LENGTH, size - OVERHEAD);
        INT.set(memory, at + EPOCH, epoch);
        memory.set(ValueLayout.JAVA_BYTE, at + MAGIC_AT, MAGIC);
        SHORT.set(memory, at + ATTRIBUTES, attributes);
        INT.set(memory, at + LAST_DELTA, count - 1);
        LONG.set(memory, at + FIRST_TIMESTAMP, first);
        LONG.set(memory, at + HIGHEST_TIMESTAMP, highest);
        setProducer(memory, at, -1, (short) -1, -1);
        INT.set(memory, at + COUNT, count);
    }
}
