package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Kafka's variable-length integers: zigzag, 7 bits a byte, the lowest first. */
public final class Varints {
    /** The most bytes of one of 32 bits. */
    public static final int MOST_INT_BYTES = 5;

    private Varints() {}

    /** The bytes of it. */
    public static int size(int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        return (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(zigzag | 1)) / 7 + 1;
    }

    /** The bytes of it. */
    public static int size(long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        return (Long.SIZE - 1 - Long.numberOfLeadingZeros(zigzag | 1)) / 7 + 1;
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
        long at = start;
        long left = value;
        while ((left & ~0x7FL) != 0) {
            memory.set(ValueLayout.JAVA_BYTE, at++, (byte) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        memory.set(ValueLayout.JAVA_BYTE, at++, (byte) left);
        return at;
    }
}
