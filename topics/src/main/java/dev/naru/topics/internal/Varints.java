package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Kafka's variable-length integers: zigzag, 7 bits a byte, the lowest first. */
public final class Varints {
    /** The most bytes of one of 32 bits. */
    public static final int MOST_INT_BYTES = 5;

    /** The lowest value that takes more than one byte, and more than two. */
    private static final long ONE_BYTE = 1L << 7;

    private static final long TWO_BYTES = 1L << 14;

    private Varints() {}

    /** The bytes of it. */
    public static int size(int value) {
        return sizeUnsigned(Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
    }

    /** The bytes of it. */
    public static int size(long value) {
        return sizeUnsigned((value << 1) ^ (value >> 63));
    }

    /** Most are short: a branch that is guessed right costs less than a division. */
    private static int sizeUnsigned(long value) {
        if ((value & -ONE_BYTE) == 0) {
            return 1;
        }
        return (value & -TWO_BYTES) == 0 ? 2 : (Long.SIZE - 1 - Long.numberOfLeadingZeros(value)) / 7 + 1;
    }

    /** Writes it: where the next byte goes. */
    public static long write(MemorySegment memory, long at, int value) {
        return writeUnsigned(memory, at, Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
    }

    /** Writes it: where the next byte goes. */
    public static long write(MemorySegment memory, long at, long value) {
        return writeUnsigned(memory, at, (value << 1) ^ (value >> 63));
    }

    private static long writeUnsigned(MemorySegment memory, long start, long value) {
        if ((value & -ONE_BYTE) == 0) {
            memory.set(ValueLayout.JAVA_BYTE, start, (byte) value);
            return start + 1;
        }
        long at = start;
        long left = value;
        while ((left & -ONE_BYTE) != 0) {
            memory.set(ValueLayout.JAVA_BYTE, at++, (byte) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        memory.set(ValueLayout.JAVA_BYTE, at++, (byte) left);
        return at;
    }
}
