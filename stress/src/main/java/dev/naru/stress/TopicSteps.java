package dev.naru.stress;

import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The steps of {@code PublishedEnd} and of {@code Partition}, in their order, on a cell of shared memory: two copies of the published
 * end, of which the number {@code seq} chooses one, and records, of which the n-th says n once it is laid out.
 *
 * <p>Of a copy there are two words here, on lines of their own; both say how many records there are.
 */
abstract class TopicSteps {
    static final MemorySegment MEMORY = Cells.MEMORY;

    /** How many records the writer appends: with the second one it fills the copy that a reader may just be reading. */
    static final int RECORDS = 2;

    static final int TORN = -1;

    private static final long COPY_STEP = 256;
    private static final long RECORD_STEP = 64;

    final long seq = Cells.next();
    final long armed = seq + 64;
    private final long copies = seq + 128;
    private final long far = copies + 128;
    private final long records = copies + 2 * COPY_STEP;
    private final long cell = seq;

    final void meet() {
        Cells.meet(cell);
    }

    /** A writer that does each in its turn. */
    final void publishAll() {
        for (int number = 1; number <= RECORDS; number++) {
            layOut(number);
            fill(number);
            flip(number);
        }
    }

    /** {@code Partition.claim}, and what its caller does: the record past the published end. */
    final void layOut(long number) {
        VarHandle.storeStoreFence(); // PublishedEnd.loadOwned
        Cells.pause();
        Words.set(MEMORY, records + number * RECORD_STEP, number);
    }

    /** {@code PublishedEnd.flip}, its first part: fills the copy of that number. */
    final void fill(long number) {
        long at = (number & 1) * COPY_STEP;
        Words.set(MEMORY, copies + at, number);
        Cells.pause();
        Words.set(MEMORY, far + at, number);
    }

    /** {@code PublishedEnd.flip}, the rest. */
    final void flip(long number) {
        Words.setRelease(MEMORY, seq, number);
        VarHandle.storeStoreFence();
    }

    /** {@code PublishedEnd.load}: how many records there are, and all were seen; {@link #TORN} otherwise. */
    final int load(boolean secondLook) {
        while (true) {
            long seen = Words.getAcquire(MEMORY, seq);
            long at = (seen & 1) * COPY_STEP;
            long next = Words.get(MEMORY, copies + at);
            Cells.pause();
            Cells.pause(); // long enough for two publishes
            long alsoNext = Words.get(MEMORY, far + at);
            VarHandle.loadLoadFence();
            if (!secondLook || Words.getOpaque(MEMORY, seq) == seen) {
                return next == alsoNext && next == seen && areWhole(next) ? (int) next : TORN;
            }
        }
    }

    private boolean areWhole(long next) {
        for (long number = 1; number <= next; number++) {
            if (Words.get(MEMORY, records + number * RECORD_STEP) != number) {
                return false;
            }
        }
        return true;
    }

    /** {@code Partition.arm}, then the futex: whether it sleeps, having seen nothing yet. */
    final boolean sleeps() {
        long before;
        do {
            before = Words.getOpaque(MEMORY, armed);
        } while (before < 1 && !Words.compareAndSet(MEMORY, armed, before, 1));
        VarHandle.fullFence();
        return Words.getOpaque(MEMORY, seq) == 0;
    }

    /** {@code Partition.wakeReaders} after its fence. */
    final boolean wakes() {
        return Words.getOpaque(MEMORY, armed) > 0;
    }
}
