package dev.naru.memory.internal;

import java.lang.foreign.MemorySegment;

/**
 * Where what was sent in a lane of a ring ends. The tail in the ring may be older: from there on, frame follows frame.
 *
 * @param position the end, in bytes from the birth of the lane
 * @param messages that were sent up to it
 */
public record LaneEnd(long position, long messages) {

    /** Against a file in which somebody stores at random. */
    private static final int MOST_TRIES = 1_000;

    /** Finds it, also while the producer goes on: then it is one that was true meanwhile. */
    public static LaneEnd of(MemorySegment memory, int lane) {
        long laneBytes = RingLayout.laneBytes(memory);
        long data = RingLayout.data(RingLayout.lanes(memory), lane, laneBytes);
        long tailAt = RingLayout.lane(lane) + RingLayout.TAIL;
        for (int tries = 1; ; tries++) {
            // acquire: pairs with the producer's release, and the messages were stored before
            long tail = Words.getAcquire(memory, tailAt);
            long sent = Words.getOpaque(memory, RingLayout.lane(lane) + RingLayout.SENT);
            if (Words.getAcquire(memory, tailAt) != tail && tries < MOST_TRIES) {
                continue; // the messages may be those of another tail
            }
            LaneEnd end = walk(memory, data, laneBytes, new LaneEnd(tail, sent));
            boolean stands = Words.getAcquire(memory, tailAt) - tail <= RingLayout.untouched(laneBytes);
            if (stands || tries == MOST_TRIES) {
                return end; // nothing of what was walked over has been overwritten
            }
        }
    }

    private static LaneEnd walk(MemorySegment memory, long data, long laneBytes, LaneEnd from) {
        long position = from.position;
        long messages = from.messages;
        while (position - from.position < laneBytes) {
            long word = Words.getAcquire(memory, data + (position & (laneBytes - 1)));
            int length = (int) word;
            if (word == 0 || length < 0 || length >= laneBytes) {
                break;
            }
            if (word > 0) { // not padding
                messages++;
            }
            position += RingLayout.frame(length);
        }
        return new LaneEnd(position, messages);
    }
}
