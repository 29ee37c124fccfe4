package dev.naru.memory;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.memory.internal.BarrierLayout;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;

/**
 * The phase of a barrier and the rows of its parties. What changes them is called under the barrier's lock, and is right when it
 * is done again by the next one, wherever the last one was killed: each change becomes true by one store.
 */
final class BarrierTable {
    static final int FULL = -1;

    private static final long NOBODY = 0;
    private static final long SOMEBODY = -1;

    private final Member member;
    private final MemorySegment memory;
    private final int parties;

    BarrierTable(Member member, MemorySegment memory) {
        this.member = member;
        this.memory = memory;
        this.parties = BarrierLayout.parties(memory);
    }

    int parties() {
        return parties;
    }

    long word() {
        return Words.getAcquire(memory, BarrierLayout.PHASE_AT);
    }

    long brokenBy() {
        return Words.getAcquire(memory, BarrierLayout.BROKEN_BY_AT);
    }

    private long id(int row) {
        return Words.getAcquire(memory, BarrierLayout.idAt(row));
    }

    /** The phase that broke for that row and has not been told to it, plus 1; 0 for none. */
    long brokenAt(int row) {
        return Words.getAcquire(memory, BarrierLayout.brokenAtAt(row));
    }

    long brokenBy(int row) {
        return Words.getAcquire(memory, BarrierLayout.brokenByAt(row));
    }

    /** Its party was told. */
    void tell(int row) {
        Words.setRelease(memory, BarrierLayout.brokenAtAt(row), 0);
    }

    /** A place for this member, under the lock: a free one, or that of a dead one, which breaks the phase first. */
    int join() throws ErrnoException {
        int free = FULL;
        int grave = FULL;
        boolean lives = false;
        for (int row = 0; row < parties; row++) {
            long id = id(row);
            if (id == 0) {
                free = row;
            } else if (member.isAlive(id)) {
                lives = true;
            } else {
                grave = row;
            }
        }
        if (grave != FULL && lives) {
            breakPhase(id(grave));
        } else if (grave != FULL) {
            clearDead(); // nobody is left to be told
            begin();
        }
        int place = free == FULL ? grave : free;
        if (place != FULL) {
            Words.set(memory, BarrierLayout.arrivedAt(place), 0);
            Words.set(memory, BarrierLayout.brokenAtAt(place), 0);
            Words.setRelease(memory, BarrierLayout.idAt(place), member.id());
        }
        return place;
    }

    /** Gives the place back; without the lock. */
    void leave(int row) {
        if (Words.getOpaque(memory, BarrierLayout.idAt(row)) == member.id()) {
            boolean _ = Words.compareAndSet(memory, BarrierLayout.idAt(row), member.id(), 0);
        }
    }

    /** Under the lock: this row has arrived for the phase that goes on. */
    long arrive(int row) {
        long arrived = BarrierLayout.phase(word()) + 1;
        Words.setRelease(memory, BarrierLayout.arrivedAt(row), arrived);
        return arrived;
    }

    /** {@link #NOBODY}, {@link #SOMEBODY}, or the id of a dead one, of those who have not arrived. */
    private long missing(boolean tests) throws ErrnoException {
        long arrived = BarrierLayout.phase(word()) + 1;
        long missing = NOBODY;
        for (int row = 0; row < parties; row++) {
            long id = id(row);
            if (id == 0) {
                missing = SOMEBODY;
            } else if (Words.getAcquire(memory, BarrierLayout.arrivedAt(row)) != arrived) {
                missing = SOMEBODY;
                if (tests && !member.isAlive(id)) {
                    return id;
                }
            }
        }
        return missing;
    }

    boolean isBroken() {
        return BarrierLayout.isBroken(word());
    }

    /** Whether somebody should settle it: since the one that was to was killed, or a party that is missing is dead. */
    boolean isDue() throws ErrnoException {
        return !isBroken() && missing(true) != SOMEBODY;
    }

    /**
     * Under the lock: goes on to the next phase if all have arrived, or breaks this one if a party that is missing is dead.
     *
     * @param tests whether the dead are told from the living, a system call for each that is missing
     */
    void settle(boolean tests) throws ErrnoException {
        long missing = isBroken() ? SOMEBODY : missing(tests);
        if (missing == NOBODY) {
            begin();
        } else if (missing != SOMEBODY) {
            breakPhase(missing);
        }
    }

    /** Each row is told before the phase is: who finds a later phase finds in its row whether this one broke. */
    private void breakPhase(long dead) {
        long seen = word();
        if (BarrierLayout.isBroken(seen)) {
            return;
        }
        long phase = BarrierLayout.phase(seen);
        for (int row = 0; row < parties; row++) {
            if (brokenAt(row) == 0) { // what was not told yet stays
                Words.set(memory, BarrierLayout.brokenByAt(row), dead);
                Words.setRelease(memory, BarrierLayout.brokenAtAt(row), phase + 1);
            }
        }
        Words.setRelease(memory, BarrierLayout.BROKEN_BY_AT, dead);
        change(BarrierLayout.whole(phase) | BarrierLayout.BROKEN);
    }

    /** Under the lock: makes the places of the dead free, and then the barrier whole, if it was broken. */
    void reset() throws ErrnoException {
        if (isBroken()) {
            clearDead();
            begin();
        }
    }

    private void clearDead() throws ErrnoException {
        for (int row = 0; row < parties; row++) {
            long id = id(row);
            if (id != 0 && !member.isAlive(id)) {
                boolean _ = Words.compareAndSet(memory, BarrierLayout.idAt(row), id, 0);
            }
        }
    }

    /** The next phase begins. */
    private void begin() {
        change(BarrierLayout.whole(BarrierLayout.phase(word()) + 1));
    }

    private void change(long word) {
        long old = Words.getAndSet(memory, BarrierLayout.PHASE_AT, word);
        if ((old & BarrierLayout.WAITED) != 0) {
            int _ = Futex.wake(memory, BarrierLayout.PHASE_AT, Integer.MAX_VALUE);
        }
    }

    /** Marks the word, so that whoever changes it wakes: the word to sleep at, or 0 when it has changed. */
    long mark(long seen) {
        long waited = seen | BarrierLayout.WAITED;
        return seen == waited || Words.compareAndSet(memory, BarrierLayout.PHASE_AT, seen, waited) ? waited : 0;
    }
}
