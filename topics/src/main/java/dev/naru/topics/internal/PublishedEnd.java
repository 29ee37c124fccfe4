package dev.naru.topics.internal;

import static dev.naru.linux.UnguardedMemory.ALL;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The published end of a partition: what one copy in the control block says, and how all of it changes by one store.
 * {@code docs/protocol/README.md}, 3.
 *
 * <pre>
 *   0  base offset of the segment   8  next offset         16  position, int32   20  SEALED and reserved, int32
 *  24  generation                  32  high watermark      40  last stable offset
 * </pre>
 *
 * <p>Of this process alone, for one thread at a time. Who owns the lock keeps the block mapped: so its accesses are not guarded.
 */
public final class PublishedEnd {
    private static final long SEGMENT = 0;
    private static final long NEXT = 8;
    private static final long POSITION = 16;
    private static final long RESERVED = 20;
    private static final long GENERATION = 24;
    private static final long WATERMARK = 32;
    private static final long STABLE = 40;
    private static final int SEALED = 1 << 31;

    private long sequence = -1;
    long segment;
    long next;
    int position;
    int reserved;
    boolean sealed;
    long generation;
    long watermark;
    long stable;

    /** Base offset of the segment that is appended to; -1 when another publisher does not say. */
    public long segment() {
        return segment;
    }

    /** The offset that the next record gets: all below it may be read. */
    public long next() {
        return next;
    }

    /** Below which offset may be read: all that stays, or all whose transactions are decided. */
    public long bound(boolean committed) {
        long stays = Math.min(next, watermark);
        return committed ? Math.min(stays, stable) : stays;
    }

    /** Whether segment and position say where that is; else it is an offset alone, and segments end where their batches do. */
    public boolean isExact() {
        return position >= 0 && segment >= 0 && watermark >= next;
    }

    /** Whether one may append there: else somebody has stored into the block at random. */
    boolean isAppendable() {
        return segment >= 0 && next >= segment && position >= 0 && position <= reserved;
    }

    /** Bytes of whole batches in that segment; -1 when another publisher does not say. */
    public int position() {
        return position;
    }

    /** Moved by each truncation, replacement and new publisher. */
    public long generation() {
        return generation;
    }

    /** The sequence at which it stood so. */
    long sequence() {
        return sequence;
    }

    /** A reader's look: one consistent copy. It waits for nobody, and looks again only when a publish went by meanwhile. */
    public void load(MemorySegment block) {
        while (true) {
            long seen = Words.getAcquire(block, PartitionLayout.SEQ_AT); // pairs with the release of flip
            loadCopy(block, 0, seen);
            VarHandle.loadLoadFence(); // pairs with the storeStoreFence of the next owner
            if (Words.getOpaque(block, PartitionLayout.SEQ_AT) == seen) {
                sequence = seen;
                return;
            }
        }
    }

    /** Whether something was published since {@link #load}. */
    public boolean hasMoved(MemorySegment block) {
        return Words.getOpaque(block, PartitionLayout.SEQ_AT) != sequence;
    }

    /** The owner's look, under the lock: always afresh. What it stores afterwards is seen after the last flip. */
    public void loadOwned(MemorySegment block) {
        sequence = Words.get(ALL, block.address() + PartitionLayout.SEQ_AT);
        loadCopy(ALL, block.address(), sequence);
        VarHandle.storeStoreFence(); // pairs with the loadLoadFence of load
    }

    private void loadCopy(MemorySegment block, long origin, long number) {
        long at = origin + copyAt(number);
        segment = Words.get(block, at + SEGMENT);
        next = Words.get(block, at + NEXT);
        position = Words.getInt(block, at + POSITION);
        int word = Words.getInt(block, at + RESERVED);
        reserved = word & ~SEALED;
        sealed = word < 0;
        generation = Words.get(block, at + GENERATION);
        watermark = Words.get(block, at + WATERMARK);
        stable = Words.get(block, at + STABLE);
    }

    private static long copyAt(long number) {
        return PartitionLayout.COPIES_AT + (number & 1) * PartitionLayout.COPY_STEP;
    }

    /** A batch more. */
    public void advance(int records, int bytes) {
        next += records;
        position += bytes;
    }

    /** Publishes what stands here, under the lock: fills the copy that nobody reads, and makes it valid by one store. */
    public void flip(MemorySegment block) {
        long at = block.address() + copyAt(sequence + 1);
        Words.set(ALL, at + SEGMENT, segment);
        Words.set(ALL, at + NEXT, next);
        Words.setInt(ALL, at + POSITION, position);
        Words.setInt(ALL, at + RESERVED, sealed ? reserved | SEALED : reserved);
        Words.set(ALL, at + GENERATION, generation);
        Words.set(ALL, at + WATERMARK, next);
        Words.set(ALL, at + STABLE, next);
        sequence++;
        Words.setRelease(ALL, block.address() + PartitionLayout.SEQ_AT, sequence); // pairs with the acquire of load
        VarHandle.storeStoreFence(); // before the other copy is filled, if the owner goes on
    }
}
