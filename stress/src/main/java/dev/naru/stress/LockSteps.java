package dev.naru.stress;

import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** The steps of {@code SharedLock} on the word in a cell; {@code docs/protocol/README.md}, 2. */
abstract class LockSteps {
    static final MemorySegment MEMORY = Cells.MEMORY;
    static final int DATA_WORDS = 4;

    static final int IN_VAIN = 0;
    static final int ACQUIRED = 1;
    static final int OWNER_DIED = 2;

    /** Who is dead, or dies. */
    static final long DEAD = 7;

    final long word = Cells.next();

    /** Stands for the lock of the dead one's byte: 1 while he lives. */
    final long life = word + 128;

    /** What the lock guards. */
    final long data = word + 256;

    /** {@code SharedLock.tryFree}, again and again. */
    final void lock(long id) {
        while (Words.compareAndExchangeAcquire(MEMORY, word, 0, LockLayout.ownedBy(id)) != 0) {
            Thread.onSpinWait();
        }
    }

    /** {@code SharedLock.release}: whether it wakes. */
    final boolean unlock(long to) {
        return (Words.getAndSet(MEMORY, word, to) & LockLayout.WAITED) != 0;
    }

    /** {@code SharedLock.take} with its test: one attempt. */
    final int take(long id) {
        long seen = Words.getOpaque(MEMORY, word);
        int outcome = ACQUIRED;
        if (LockLayout.owner(seen) != 0) {
            if (isAlive(LockLayout.owner(seen))) {
                return IN_VAIN;
            }
            VarHandle.acquireFence();
            outcome = OWNER_DIED;
        } else if ((seen & LockLayout.DIRTY) != 0) {
            outcome = OWNER_DIED;
        }
        return Words.compareAndExchangeAcquire(MEMORY, word, seen, LockLayout.ownedBy(id)) == seen ? outcome : IN_VAIN;
    }

    final boolean isAlive(long owner) {
        return owner != DEAD || Words.getOpaque(MEMORY, life) != 0;
    }

    final void meet() {
        Cells.meet(word);
    }

    /** It takes its time, so that the other comes between. */
    final void fill(long value) {
        for (int i = 0; i < DATA_WORDS; i++) {
            Cells.pause();
            Words.set(MEMORY, data + 8L * i, value);
        }
    }

    /** Whether all data is that. */
    final boolean isFilled(long value) {
        boolean filled = true;
        for (int i = 0; i < DATA_WORDS; i++) {
            filled &= Words.get(MEMORY, data + 8L * i) == value;
        }
        return filled;
    }

    /** A section: adds one, with plain accesses; what was there. */
    final int section() {
        long before = Words.get(MEMORY, data);
        Words.set(MEMORY, data, before + 1);
        return (int) before;
    }
}
