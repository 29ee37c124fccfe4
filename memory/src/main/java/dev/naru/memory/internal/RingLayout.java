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
 *   4096 + 128    id of the reader, 8 whether it sleeps, each int64
 *   4608 + 512 i  lane i, each word int64, each group on 128 bytes of its own:
 *                   0 tail, 8 woken, 16 sent, 24 full, 32 takeovers         stored by its producer
 *                 128 head, 136 woken for room, 144 received                stored by the reader
 *                 256 armed                                                 stored by the reader before it sleeps
 *                 384 armed for room, 392 id of the producer,
 *                 400 whether it sleeps                                     stored by the producer
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
    public static final long READER_SLEEPLESS_AT = READER_AT + 8;
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
    public static final long SLEEPLESS = 400;

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

    static long pages(long bytes) {
        return (bytes + HeaderLayout.SIZE - 1) & -HeaderLayout.SIZE;
    }

    /** The bytes of a frame with that payload. */
    public static long frame(int length) {
        return (length + (FRAME_HEADER + 7L)) & -8L;
    }

    /** What makes a file a ring. After a boot it is empty: a ring is no log. */
    public static Content content(RingGeometry geometry) {
        return new Content() {
            @Override
            public void fill(MemorySegment memory) {
                geometry.store(memory);
            }

            @Override
            public void recover(MemorySegment memory) {
                RingGeometry found = RingGeometry.of(memory);
                var _ = memory.asSlice(HeaderLayout.SIZE, found.data(0) - HeaderLayout.SIZE)
                        .fill((byte) 0);
                for (int lane = 0; lane < found.lanes(); lane++) {
                    Words.set(memory, found.data(lane), 0); // nothing was sent
                }
            }
        };
    }
}
