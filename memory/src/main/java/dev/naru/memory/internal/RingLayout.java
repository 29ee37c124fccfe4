package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.lang.foreign.MemorySegment;

/**
 * A ring in a file: N lanes of one producer each, one reader, one bell. {@code docs/layouts/ring.md}.
 *
 * <pre>
 *   header page   128  lanes, int32            132  0
 *                 136  bytes of a lane, int64: a power of two
 *   4096          bell, int64; the futex is its low half
 *   4096 + 128    id of the reader, 8 its barrier, each int64
 *   4608 + 512 i  lane i, each word int64, each group on 128 bytes of its own:
 *                   0 tail, 8 woken, 16 sent, 24 full, 32 takeovers         stored by its producer
 *                 128 head, 136 woken for room, 144 received                stored by the reader
 *                 256 armed                                                 stored by the reader before it sleeps
 *                 384 armed for room, 392 id of the producer, 400 its barrier   stored by the producer
 *   then, from the next multiple of 4096, the bytes of lane 0, lane 1, …
 *
 *   frame   0  length of the payload, int32    4  mark, int32: 1 a message, -1 padding    8  payload, to a multiple of 8
 * </pre>
 *
 * <p>Length and mark are one word, whose store sends the frame; it is 0 where nothing was sent yet.
 *
 * <p>Positions count bytes from the birth of the lane and never wrap; a frame lies at its position modulo the lane.
 */
public final class RingLayout {
    public static final long LANES_AT = HeaderLayout.OWN_AT;
    public static final long LANE_BYTES_AT = HeaderLayout.OWN_AT + 8;

    public static final long BELL_AT = HeaderLayout.SIZE;
    public static final long READER_AT = HeaderLayout.SIZE + 128;
    public static final long READER_BARRIER_AT = READER_AT + 8;
    private static final long FIRST_LANE_AT = HeaderLayout.SIZE + 512;
    private static final long LANE_SIZE = 512;

    // Within a lane's words.
    public static final long TAIL = 0;
    public static final long WOKEN = 8;
    public static final long SENT = 16;
    public static final long FULL = 24;
    public static final long TAKEOVERS = 32;
    public static final long HEAD = 128;
    public static final long ROOM_WOKEN = 136;
    public static final long RECEIVED = 144;
    public static final long ARMED = 256;
    public static final long ROOM_ARMED = 384;
    public static final long PRODUCER = 392;
    public static final long BARRIER = 400;

    /** The bytes before a payload. */
    public static final int FRAME_HEADER = 8;

    /** The mark of a message, in the upper half of a frame's word. */
    public static final long MESSAGE = 1L << 32;

    /** The mark of padding, in the upper half of a frame's first word, which is negative then. */
    public static final long PADDING = -1L << 32;

    /** The smallest lane, in bytes. */
    public static final long LEAST_LANE = 4096;

    /** The largest lane, in bytes. */
    public static final long MOST_LANE = 1L << 30;

    /** The most lanes of a ring. */
    public static final int MOST_LANES = 1024;

    private RingLayout() {}

    /** The words of a lane. */
    public static long lane(int lane) {
        return FIRST_LANE_AT + lane * LANE_SIZE;
    }

    /** The bytes of a lane. */
    public static long data(int lanes, int lane, long laneBytes) {
        return pages(FIRST_LANE_AT + lanes * LANE_SIZE) + lane * laneBytes;
    }

    /** The bytes of the file. */
    public static long size(int lanes, long laneBytes) {
        return data(lanes, lanes, laneBytes);
    }

    private static long pages(long bytes) {
        return (bytes + HeaderLayout.SIZE - 1) & -HeaderLayout.SIZE;
    }

    /** The bytes of a frame with that payload. */
    public static long frame(int length) {
        return (length + (FRAME_HEADER + 7L)) & -8L;
    }

    /**
     * Whether a word is one that begins a frame there: of either mark, and inside the lane.
     *
     * @param index where it stands, from the start of the lane
     */
    public static boolean isFrame(long word, long index, long laneBytes) {
        long mark = word >> 32;
        int length = (int) word;
        return (mark == 1 || mark == -1) && length >= 0 && index + frame(length) <= laneBytes;
    }

    /** The longest payload: a claim with the padding before it takes at most a quarter of the lane. */
    public static int maxMessage(long laneBytes) {
        return (int) (laneBytes / 8) - FRAME_HEADER;
    }

    /** How much may be finished and not sent yet, before a claim more. */
    public static long maxStaged(long laneBytes) {
        return laneBytes / 4;
    }

    /** Where a producer stores its tail: when the end passes a multiple of this, a power of two. */
    public static long tailStep(long laneBytes) {
        return Math.min(4096, laneBytes / 8);
    }

    /** How far behind the tail no producer has overwritten anything. */
    public static long untouched(long laneBytes) {
        return laneBytes / 4;
    }

    /** The lanes of a ring. */
    public static int lanes(MemorySegment memory) {
        return HeaderLayout.getInt(memory, LANES_AT);
    }

    /** The bytes of each lane. */
    public static long laneBytes(MemorySegment memory) {
        return Words.get(memory, LANE_BYTES_AT);
    }

    /** Whether what is said of its size fits a file of that size; else somebody has damaged it. */
    static boolean isSound(MemorySegment memory, long size) {
        int lanes = lanes(memory);
        long laneBytes = laneBytes(memory);
        return lanes >= 1
                && lanes <= MOST_LANES
                && laneBytes >= LEAST_LANE
                && laneBytes <= MOST_LANE
                && Long.bitCount(laneBytes) == 1
                && size(lanes, laneBytes) <= size;
    }

    /** What makes a file a ring. After a boot it is empty: a ring is no log. */
    public static Content content(int lanes, long laneBytes) {
        return new Content() {
            @Override
            public void fill(MemorySegment memory) {
                HeaderLayout.setInt(memory, LANES_AT, lanes);
                Words.set(memory, LANE_BYTES_AT, laneBytes);
            }

            @Override
            public void recover(MemorySegment memory) {
                int lanes = lanes(memory);
                long laneBytes = laneBytes(memory);
                long words = data(lanes, 0, laneBytes) - HeaderLayout.SIZE;
                var _ = memory.asSlice(HeaderLayout.SIZE, words).fill((byte) 0);
                for (int lane = 0; lane < lanes; lane++) {
                    Words.set(memory, data(lanes, lane, laneBytes), 0); // nothing was sent
                }
            }
        };
    }
}
