package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.lang.foreign.MemorySegment;

/**
 * A lock in a file: the header page, and in it one word, and one for each condition. {@code docs/layouts/lock.md}.
 *
 * <pre>
 *   128  word, int64:  id of the owner &lt;&lt; 2 | DIRTY &lt;&lt; 1 | WAITED
 *   192  8 conditions, 64 bytes each, a word, int64:  signals so far &lt;&lt; 1 | WAITED
 * </pre>
 */
public final class LockLayout {
    /** The bytes of the file. */
    public static final long SIZE = HeaderLayout.SIZE;

    /** The word; the futex is its low half. */
    public static final long WORD_AT = HeaderLayout.OWN_AT;

    /** Somebody may sleep. */
    public static final long WAITED = 1;

    /** What the lock guards may be half changed. */
    public static final long DIRTY = 2;

    /** How many conditions a lock has. */
    public static final int CONDITIONS = 8;

    private static final long CONDITIONS_AT = 192;
    private static final long CONDITION_SIZE = 64;

    private LockLayout() {}

    /** Where the word of that condition is; the futex is its low half. */
    public static long conditionAt(int number) {
        return CONDITIONS_AT + number * CONDITION_SIZE;
    }

    /** How often a condition was signalled. */
    public static long signals(long word) {
        return word >>> 1;
    }

    /** The word of a condition that is signalled once more, and for which nobody waits. */
    public static long signalledOnceMore(long word) {
        return (signals(word) + 1) << 1;
    }

    /** The word of a lock that this member has. */
    public static long ownedBy(long id) {
        return id << 2;
    }

    /** The owner's id; 0 when the lock is free. */
    public static long owner(long word) {
        return word >>> 2;
    }

    /** A new lock is free; one from before the boot is free, and dirty if it was not. */
    public static final Content CONTENT = new Content() {
        @Override
        public void fill(MemorySegment memory) {}

        @Override
        public void recover(MemorySegment memory) {
            long word = Words.get(memory, WORD_AT);
            Words.set(memory, WORD_AT, (word & ~WAITED) == 0 ? 0 : DIRTY);
        }
    };
}
