package dev.naru.stress;

import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A broadcast ring of one frame in a cell; {@code docs/protocol/README.md}, 13. One message was sent, which the reader has not
 * read yet; the next one overwrites it.
 */
abstract class BroadcastSteps {
    static final MemorySegment MEMORY = Cells.MEMORY;
    static final int PAYLOAD_WORDS = 6;

    /** Of a frame, and so of the ring. */
    static final long BYTES = BroadcastLayout.frame(8 * PAYLOAD_WORDS);

    static final int OVERTAKEN = 0;
    static final int WHOLE = 1;
    static final int TORN = -1;

    private static final long FIRST = 5;
    private static final long SECOND = FIRST + 1;

    final long cell = Cells.next();
    final long intent = cell;
    final long tail = cell + (BroadcastLayout.TAIL_AT - BroadcastLayout.INTENT_AT);
    final long armed = cell + (BroadcastLayout.ARMED_AT - BroadcastLayout.INTENT_AT);
    final long frame = cell + 512;
    final MemorySegment copy = MemorySegment.ofArray(new long[PAYLOAD_WORDS]);

    BroadcastSteps() {
        write(FIRST, 0);
        Words.set(MEMORY, intent, BYTES);
        Words.set(MEMORY, tail, BYTES);
    }

    final void meet() {
        Cells.meet(cell);
    }

    /** It takes its time, so that the other comes between. */
    private void write(long value, long sequence) {
        for (int i = 0; i < PAYLOAD_WORDS; i++) {
            Cells.pause();
            Words.set(MEMORY, frame + BroadcastLayout.FRAME_HEADER + 8L * i, value);
        }
        Words.set(MEMORY, frame, 8L * PAYLOAD_WORDS);
        Words.set(MEMORY, frame + BroadcastLayout.SEQUENCE, sequence);
    }

    /** {@code BroadcastWriter.claim}, the store. */
    final void intend() {
        Words.setOpaque(MEMORY, intent, 2 * BYTES);
    }

    /** The second message, over the first. */
    final void overwrite() {
        write(SECOND, 1);
    }

    /** {@code BroadcastWriter.commit}, the store. */
    final void publish() {
        Words.setRelease(MEMORY, tail, 2 * BYTES);
    }

    /** The writer, from claim to commit. */
    final void send() {
        intend();
        VarHandle.storeStoreFence();
        overwrite();
        publish();
    }

    /** {@code BroadcastReader.next}, at the first message: the copy. Its sequence number. */
    final long copy() {
        long _ = Words.getAcquire(MEMORY, tail);
        long word = Words.get(MEMORY, frame);
        long sequence = Words.get(MEMORY, frame + BroadcastLayout.SEQUENCE);
        MemorySegment.copy(MEMORY, frame + BroadcastLayout.FRAME_HEADER, copy, 0, word & Integer.MAX_VALUE);
        return sequence;
    }

    /** The same: the look at the intent, and what it takes the copy for. */
    final int judge(long sequence) {
        return Words.getOpaque(MEMORY, intent) > BYTES ? OVERTAKEN : accept(sequence, 0);
    }

    /** What the copy is, which should be that message. */
    final int accept(long sequence, long wanted) {
        boolean whole = sequence == wanted;
        for (int i = 0; i < PAYLOAD_WORDS; i++) {
            whole &= Words.get(copy, 8L * i) == FIRST + wanted;
        }
        return whole ? WHOLE : TORN;
    }

    /** The reader. */
    final int read() {
        long sequence = copy();
        VarHandle.loadLoadFence();
        return judge(sequence);
    }
}
