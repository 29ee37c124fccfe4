package dev.naru.memory;

import dev.naru.linux.ErrnoException;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * One of the readers of a {@link Broadcast}: it gets all that is sent from the time on at which it was opened, as long as it
 * keeps up. What it misses is counted: {@link #missed}.
 *
 * <p>A message is copied out before anybody looks at it, since the producer may overwrite it at any time, and is dropped if
 * that happened. A reader that was overtaken goes on at the latest message.
 *
 * <p>When this process dies, nobody else notices. The next one begins with what is sent then.
 *
 * <p>{@link #drain} makes no garbage. Used by one thread at a time; any thread may close it.
 */
public final class BroadcastReader extends ReceivingEnd {
    private final long row;
    private final long data;
    private final long bytes;
    private final int maxMessage;

    /** On the heap: it is valid whatever is closed. Of longs, so that payloads are aligned. */
    private final MemorySegment copy;

    private long position;

    /** Of the next message; negative as long as it is not known, since the producer was too fast to be counted. */
    private long expectedSequence;

    private long received;
    private long missed;

    /** Of the frame that was copied last. */
    private int length;

    BroadcastReader(Member member, int row, Waiting policy, Consumer<RingEnd> whenEnded) throws ErrnoException {
        super(member, BroadcastLayout.row(row) + BroadcastLayout.ID, policy, whenEnded);
        this.row = BroadcastLayout.row(row);
        this.bytes = BroadcastLayout.bytes(memory);
        this.data = BroadcastLayout.data(BroadcastLayout.rows(memory));
        this.maxMessage = BroadcastLayout.maxMessage(bytes);
        this.copy = MemorySegment.ofArray(new long[maxMessage / Long.BYTES + 1]);
    }

    @Override
    void takeOver() {
        position = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        expectedSequence = BroadcastLayout.sent(memory, position);
        note();
    }

    private void note() {
        Words.setOpaque(memory, row + BroadcastLayout.POSITION, position);
        Words.setOpaque(memory, row + BroadcastLayout.RECEIVED, received);
        Words.setOpaque(memory, row + BroadcastLayout.MISSED, missed);
    }

    /** How many messages it has missed until the last one that it got. */
    public long missed() {
        return missed;
    }

    @Override
    int take(MessageHandler handler, int limit) {
        int handled = 0;
        try {
            while (handled < limit && isOpen() && next()) {
                handled++;
                handler.onMessage(copy, 0, length);
            }
        } finally {
            if (handled > 0) {
                note();
            }
        }
        return handled;
    }

    /** Copies the next message out; false when there is none. */
    private boolean next() {
        while (true) {
            // acquire: pairs with the producer's release of the tail
            long tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
            if (position == tail) {
                return false;
            }
            long index = position & (bytes - 1);
            long frameAt = data + index;
            long word = Words.get(memory, frameAt);
            long sequence = 0;
            // Nothing here is to be believed before the look at the intent: it only bounds what is copied.
            long most = Math.min(maxMessage, bytes - index - BroadcastLayout.FRAME_HEADER);
            if (word >= 0 && most >= 0) {
                sequence = Words.get(memory, frameAt + BroadcastLayout.SEQUENCE);
                long size = Math.clamp(word & Integer.MAX_VALUE, 0, most);
                MemorySegment.copy(memory, frameAt + BroadcastLayout.FRAME_HEADER, copy, 0, size);
            }
            VarHandle.loadLoadFence(); // pairs with the producer's storeStoreFence
            long intent = Words.getOpaque(memory, BroadcastLayout.INTENT_AT);
            if (intent - position > bytes) {
                catchUp(intent);
            } else if (accept(word, sequence, tail)) {
                return true;
            }
        }
    }

    /** The frame is whole. False when it is padding. */
    private boolean accept(long word, long sequence, long tail) {
        int size = (int) word;
        boolean padding = word < 0;
        long after = position + (padding ? size + BroadcastLayout.PADDING_HEADER : BroadcastLayout.frame(size));
        if (!BroadcastLayout.isFrame(word, position & (bytes - 1), bytes) || after > tail) {
            throw new IllegalStateException(
                    "%s: no frame begins at position %d: %016x".formatted(member.target(), position, word));
        }
        position = after;
        if (padding) {
            return false;
        }
        missed += expectedSequence < 0 ? 0 : sequence - expectedSequence;
        expectedSequence = sequence + 1;
        received++;
        length = size;
        return true;
    }

    /** It was overtaken: on to the latest message if that still stands, else to the end. */
    private void catchUp(long intent) {
        long latest = Words.getAcquire(memory, BroadcastLayout.LATEST_AT);
        long tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        boolean stands = latest > position && latest < tail && intent - latest <= bytes;
        position = stands ? latest : tail;
    }

    @Override
    boolean isReady() {
        return Words.getAcquire(memory, BroadcastLayout.TAIL_AT) != position;
    }

    @Override
    boolean arm() {
        long wanted = position + 1;
        while (true) { // raised, never lowered: others sleep too
            long armed = Words.getOpaque(memory, BroadcastLayout.ARMED_AT);
            if (armed >= wanted || Words.compareAndSet(memory, BroadcastLayout.ARMED_AT, armed, wanted)) {
                break;
            }
        }
        VarHandle.fullFence(); // pairs with the producer's, between its commit and its look for sleepers
        expected = (int) position; // the kernel itself compares the tail
        return !isReady();
    }

    @Override
    long futex() {
        return BroadcastLayout.TAIL_AT;
    }
}
