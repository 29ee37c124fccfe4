package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.lang.foreign.MemorySegment;

/**
 * An event in a file: the header page, and in it one word. {@code docs/layouts/sync.md}.
 *
 * <pre>
 *   128  word, int64:  how often it was set &lt;&lt; 2 | SET &lt;&lt; 1 | WAITED
 * </pre>
 */
public final class EventLayout {
    /** The bytes of the file. */
    public static final long SIZE = HeaderLayout.SIZE;

    /** The word; the futex is its low half. */
    public static final long WORD_AT = HeaderLayout.OWN_AT;

    /** Somebody may sleep. */
    public static final long WAITED = 1;

    /** It is set. */
    public static final long SET = 2;

    private EventLayout() {}

    /** How often it was set. */
    public static long times(long word) {
        return word >>> 2;
    }

    /** The word of an event when it is set once more. */
    public static long setOnceMore(long word) {
        return (times(word) + 1) << 2 | SET;
    }

    /** A boot changes nothing but that nobody sleeps. */
    public static final Content CONTENT = new Content() {
        @Override
        public void fill(MemorySegment memory) {}

        @Override
        public void recover(MemorySegment memory) {
            Words.set(memory, WORD_AT, Words.get(memory, WORD_AT) & ~WAITED);
        }
    };
}
