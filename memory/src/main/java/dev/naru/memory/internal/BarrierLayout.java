package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.lang.foreign.MemorySegment;

/**
 * A barrier in a file: the header page with a lock, the phase, and a row for each party. {@code docs/layouts/sync.md}.
 *
 * <pre>
 *    128  lock, int64, as in {@link LockLayout}
 *    192  phase, int64: its number &lt;&lt; 2 | BROKEN &lt;&lt; 1 | WAITED
 *    256  parties, int64                 4096  a row of 32 bytes a party:
 *    264  broken by, int64: an id                 0  id, int64; 0 when the place is free
 *                                                 8  arrived, int64: the phase it arrived for, plus 1
 *                                                16  broken at, int64: the phase that broke, plus 1
 *                                                24  broken by, int64: an id
 * </pre>
 */
public final class BarrierLayout {
    /** How many parties there may be. */
    public static final int MOST_PARTIES = 4096;

    /** The lock. */
    public static final long LOCK_AT = LockLayout.WORD_AT;

    /** The phase; the futex is its low half. */
    public static final long PHASE_AT = 192;

    private static final long PARTIES_AT = 256;

    /** Who died. */
    public static final long BROKEN_BY_AT = 264;

    /** Somebody may sleep. */
    public static final long WAITED = 1;

    /** A party has died. */
    public static final long BROKEN = 2;

    private static final long ROW_SIZE = 32;
    private static final long ARRIVED = 8;
    private static final long ROW_BROKEN_AT = 16;
    private static final long ROW_BROKEN_BY = 24;

    private BarrierLayout() {}

    /** The bytes of the file. */
    public static long size(int parties) {
        return HeaderLayout.SIZE + parties * ROW_SIZE;
    }

    /** How many parties it is for. */
    public static int parties(MemorySegment memory) {
        return (int) Words.get(memory, PARTIES_AT);
    }

    static boolean isSound(MemorySegment memory, long size) {
        long parties = Words.get(memory, PARTIES_AT);
        return parties > 0 && parties <= MOST_PARTIES && size((int) parties) <= size;
    }

    /** The number of the phase. */
    public static long phase(long word) {
        return word >>> 2;
    }

    /** Whether a party has died in the phase. */
    public static boolean isBroken(long word) {
        return (word & BROKEN) != 0;
    }

    /** The word of a phase that is whole, and for which nobody waits yet. */
    public static long whole(long phase) {
        return phase << 2;
    }

    /** Where the id of a row is. */
    public static long idAt(int row) {
        return HeaderLayout.SIZE + row * ROW_SIZE;
    }

    /** Where it stands for what phase that row has arrived. */
    public static long arrivedAt(int row) {
        return idAt(row) + ARRIVED;
    }

    /** Where it stands what phase broke for that row. */
    public static long brokenAtAt(int row) {
        return idAt(row) + ROW_BROKEN_AT;
    }

    /** Where it stands who broke it. */
    public static long brokenByAt(int row) {
        return idAt(row) + ROW_BROKEN_BY;
    }

    /** A new one, for so many. After a boot nobody has a place. */
    public static Content content(int parties) {
        return new Content() {
            @Override
            public void fill(MemorySegment memory) {
                Words.set(memory, PARTIES_AT, parties);
            }

            @Override
            public void recover(MemorySegment memory) {
                Words.set(memory, LOCK_AT, 0);
                Words.set(memory, PHASE_AT, whole(phase(Words.get(memory, PHASE_AT)) + 1));
                Words.set(memory, BROKEN_BY_AT, 0);
                for (long at = HeaderLayout.SIZE; at < size(parties(memory)); at += Long.BYTES) {
                    Words.set(memory, at, 0);
                }
            }
        };
    }
}
