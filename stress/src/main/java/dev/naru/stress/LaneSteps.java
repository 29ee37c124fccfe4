package dev.naru.stress;

import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;

/** The words of one lane, the bell and a few frames in a cell; {@code docs/protocol/README.md}, 8. Nothing was sent yet. */
abstract class LaneSteps {
    static final MemorySegment MEMORY = Cells.MEMORY;
    static final int PAYLOAD_WORDS = 6;
    private static final int MOST_LOOKS = 200;
    static final long FRAME = RingLayout.frame(8 * PAYLOAD_WORDS);
    static final long WORD = RingLayout.MESSAGE | 8 * PAYLOAD_WORDS;

    final long lane = Cells.next();
    final long head = lane + RingLayout.HEAD;
    final long armed = lane + RingLayout.ARMED;
    final long roomArmed = lane + RingLayout.ROOM_ARMED;
    final long bell = lane + 512;
    final long frame = lane + 640;

    final void meet() {
        Cells.meet(lane);
    }

    /** A payload, as the user of a claim writes it: it takes its time, so that the other comes between. */
    final void write(long at, long value) {
        for (int i = 0; i < PAYLOAD_WORDS; i++) {
            Cells.pause();
            Words.set(MEMORY, at + RingLayout.FRAME_HEADER + 8L * i, value);
        }
    }

    /** Whether the payload is that one, as a whole: the user takes its time, too. */
    final boolean isWhole(long at, long value) {
        boolean whole = true;
        for (int i = 0; i < PAYLOAD_WORDS; i++) {
            whole &= Words.get(MEMORY, at + RingLayout.FRAME_HEADER + 8L * i) == value;
            Cells.pause();
        }
        return whole;
    }

    /** {@code RingWriter.send}, the store. */
    final void publish() {
        Words.setRelease(MEMORY, frame, WORD);
    }

    /** {@code RingReader.drain}, its look. */
    final boolean isSent() {
        return Words.getAcquire(MEMORY, frame) != 0;
    }

    /** The same for a while, as a reader that waits does: so it sees a frame as soon as there is one. */
    final boolean awaitSent() {
        for (int look = 0; look < MOST_LOOKS; look++) {
            if (isSent()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** {@code RingReader.moveTo}, the store. */
    final void makeRoom() {
        Words.setRelease(MEMORY, head, FRAME);
    }

    /** {@code RingWriter.wakeReader} after its fence: whether it rings. */
    final boolean rings() {
        if (Words.getOpaque(MEMORY, armed) > 0) {
            long _ = Words.getAndAdd(MEMORY, bell, 1);
            return true;
        }
        return false;
    }
}
