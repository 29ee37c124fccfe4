package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A broadcast ring in a file: one producer, and a row for each reader. {@code docs/layouts/ring.md}, "Broadcast".
 *
 * <pre>
 *   header page   128  rows, int32              132  0
 *                 136  bytes of the ring, int64: a power of two
 *   4096          0 intent, 8 tail, 16 latest, 24 woken, 32 takeovers       stored by the producer, each int64
 *   4096 + 128    armed, int64                                              raised by readers
 *   4096 + 256    id of the producer, int64
 *   4608 + 128 i  row i: 0 id, 8 position, 16 received, 24 missed           stored by its reader, each int64
 *   then, from the next multiple of 4096, the bytes
 *
 *   frame   0  length of the payload, int32    4  mark, int32: 0 a message, -1 padding
 *           8  sequence number, int64 (padding has none)                   16  payload, to a multiple of 8
 * </pre>
 */
public final class BroadcastLayout {
    public static final long ROWS_AT = HeaderLayout.OWN_AT;
    public static final long BYTES_AT = HeaderLayout.OWN_AT + 8;

    public static final long INTENT_AT = HeaderLayout.SIZE;
    public static final long TAIL_AT = HeaderLayout.SIZE + 8;
    public static final long LATEST_AT = HeaderLayout.SIZE + 16;
    public static final long WOKEN_AT = HeaderLayout.SIZE + 24;
    public static final long TAKEOVERS_AT = HeaderLayout.SIZE + 32;
    public static final long ARMED_AT = HeaderLayout.SIZE + 128;
    public static final long PRODUCER_AT = HeaderLayout.SIZE + 256;
    private static final long FIRST_ROW_AT = HeaderLayout.SIZE + 512;
    private static final long ROW_SIZE = 128;

    // Within a row.
    public static final long ID = 0;
    public static final long POSITION = 8;
    public static final long RECEIVED = 16;
    public static final long MISSED = 24;

    /** The bytes before a payload. */
    public static final int FRAME_HEADER = 16;

    /** Where the sequence number stands in a frame. */
    public static final int SEQUENCE = 8;

    /** The bytes before what padding skips. */
    public static final int PADDING_HEADER = 8;

    /** The most rows. */
    public static final int MOST_ROWS = 1024;

    private BroadcastLayout() {}

    /** The words of a row. */
    public static long row(int row) {
        return FIRST_ROW_AT + row * ROW_SIZE;
    }

    /** Where the bytes of the ring begin. */
    public static long data(int rows) {
        return (FIRST_ROW_AT + rows * ROW_SIZE + HeaderLayout.SIZE - 1) & -HeaderLayout.SIZE;
    }

    /** The bytes of the file. */
    public static long size(int rows, long bytes) {
        return data(rows) + bytes;
    }

    /** The bytes of a frame with that payload. */
    public static long frame(int length) {
        return (length + (FRAME_HEADER + 7L)) & -8L;
    }

    /** The longest payload: a claim with the padding before it takes at most a quarter of the ring. */
    public static int maxMessage(long bytes) {
        return (int) (bytes / 8) - FRAME_HEADER;
    }

    /** The rows of a ring. */
    public static int rows(MemorySegment memory) {
        return HeaderLayout.getInt(memory, ROWS_AT);
    }

    /** The bytes of a ring. */
    public static long bytes(MemorySegment memory) {
        return Words.get(memory, BYTES_AT);
    }

    /** Whether what is said of its size fits a file of that size; else somebody has damaged it. */
    static boolean isSound(MemorySegment memory, long size) {
        int rows = rows(memory);
        long bytes = bytes(memory);
        return rows >= 1
                && rows <= MOST_ROWS
                && bytes >= RingLayout.LEAST_LANE
                && bytes <= RingLayout.MOST_LANE
                && Long.bitCount(bytes) == 1
                && size(rows, bytes) <= size;
    }

    /** Whether a word is one that begins a frame there: a message of a length that is allowed, or padding up to the end. */
    public static boolean isFrame(long word, long index, long bytes) {
        long mark = word >> 32;
        int length = (int) word;
        boolean message = mark == 0 && length <= maxMessage(bytes) && index + frame(length) <= bytes;
        boolean padding = mark == -1 && index > 0 && index + length + PADDING_HEADER == bytes;
        return length >= 0 && (message || padding);
    }

    /** How many messages were sent up to the tail, or -1 when frames were overwritten meanwhile: ask again. */
    public static long sent(MemorySegment memory, long tail) {
        long bytes = bytes(memory);
        long data = data(rows(memory));
        long latest = Words.getAcquire(memory, LATEST_AT);
        if (tail != 0 && latest >= tail) { // sent meanwhile
            return -1;
        }
        if (latest < 0 || tail - latest > bytes || (tail | latest) % 8 != 0) { // overwritten, or damaged
            return -1;
        }
        long position = latest;
        long sent = 0;
        while (position < tail) { // the latest message, and one whose producer died before it noted that
            long index = position & (bytes - 1);
            long word = Words.get(memory, data + index);
            int length = (int) word;
            if (!isFrame(word, index, bytes)) {
                return -1;
            }
            if (word < 0) {
                position += length + PADDING_HEADER;
            } else {
                sent = Words.get(memory, data + index + SEQUENCE) + 1;
                position += frame(length);
            }
        }
        VarHandle.loadLoadFence(); // pairs with the producer's storeStoreFence
        return position == tail && Words.getOpaque(memory, INTENT_AT) - latest <= bytes ? sent : -1;
    }

    /** What makes a file a broadcast ring. After a boot it is empty. */
    public static Content content(int rows, long bytes) {
        return new Content() {
            @Override
            public void fill(MemorySegment memory) {
                HeaderLayout.setInt(memory, ROWS_AT, rows);
                Words.set(memory, BYTES_AT, bytes);
            }

            @Override
            public void recover(MemorySegment memory) {
                long words = data(rows(memory)) - HeaderLayout.SIZE;
                var _ = memory.asSlice(HeaderLayout.SIZE, words).fill((byte) 0);
            }
        };
    }
}
