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
    public static LaneEnd of(MemorySegment memory, RingGeometry geometry, int lane) {
        long tailAt = RingLayout.lane(lane) + RingLayout.TAIL;
        for (int tries = 1; ; tries++) {
            // acquire: pairs with the producer's release, and the messages were stored before
            long tail = Words.getAcquire(memory, tailAt);
            long sent = Words.getOpaque(memory, RingLayout.lane(lane) + RingLayout.SENT);
            if (Words.getAcquire(memory, tailAt) != tail && tries < MOST_TRIES) {
                continue; // the messages may be those of another tail
            }
            if (!geometry.isPosition(tail)) {
                return new LaneEnd(tail, sent); // damaged
            }
            LaneEnd end = walk(memory, geometry, lane, new LaneEnd(tail, sent));
            boolean stands = Words.getAcquire(memory, tailAt) - tail <= geometry.untouched();
            if (stands || tries == MOST_TRIES) {
                return end; // nothing of what was walked over has been overwritten
            }
        }
    }

    private static LaneEnd walk(MemorySegment memory, RingGeometry geometry, int lane, LaneEnd from) {
        long data = geometry.data(lane);
        long position = from.position;
        long messages = from.messages;
        while (position - from.position < geometry.laneBytes()) {
            long index = geometry.index(position);
            long word = Words.getAcquire(memory, data + index);
            if (!geometry.isFrame(word, index)) { // nothing was sent there, or it is damaged
                break;
            }
            if (word > 0) { // not padding
                messages++;
            }
            position += RingLayout.frame((int) word);
        }
        return new LaneEnd(position, messages);
    }
}
