package dev.naru.memory.testing;

import java.nio.ByteBuffer;

/**
 * Messages that tell when they are torn: each is filled with its own number, and its length follows from that. With their
 * headers, of 8 or of 16 bytes, eight in a row fill 1024 bytes, so that a ring of a power of two needs no padding.
 */
public final class Numbered {
    private static final int[] SIZES = {64, 128, 192, 128, 64, 192, 128, 128};
    private static final int ROW = 1024;

    private Numbered() {}

    /** How many bytes of a ring the messages before that one take. */
    public static long position(long number) {
        long position = number / SIZES.length * ROW;
        for (int i = 0; i < number % SIZES.length; i++) {
            position += SIZES[i];
        }
        return position;
    }

    private static int length(long number, int header) {
        return SIZES[(int) (number % SIZES.length)] - header;
    }

    /** That message, for a ring with headers of that size. */
    public static ByteBuffer message(long number, int header) {
        ByteBuffer message = ByteBuffer.allocate(length(number, header));
        while (message.hasRemaining()) {
            var _ = message.putLong(number);
        }
        return message.flip();
    }

    /** Its number; -1 when it is torn. */
    public static long number(byte[] message, int header) {
        ByteBuffer words = ByteBuffer.wrap(message);
        if (message.length < Long.BYTES || message.length % Long.BYTES != 0) {
            return -1;
        }
        long number = words.getLong();
        boolean whole = number >= 0 && message.length == length(number, header);
        while (words.hasRemaining()) {
            whole &= words.getLong() == number;
        }
        return whole ? number : -1;
    }
}
