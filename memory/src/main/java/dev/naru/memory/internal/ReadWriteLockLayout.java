package dev.naru.memory.internal;

import dev.naru.memory.internal.SharedFile.Content;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A read-write lock in a file: the header page with the lock of the writers, and a row for each thread that reads.
 * {@code docs/layouts/sync.md}.
 *
 * <pre>
 *    128  word, int64: the lock of the writers, as in {@link LockLayout}
 *   4096  256 rows of 64 bytes, each a word, int64: id of the reader's process &lt;&lt; 2 | WAITED
 * </pre>
 */
public final class ReadWriteLockLayout {
    /** How many threads may read at once. */
    public static final int ROWS = 256;

    private static final long ROW_SIZE = 64;

    /** The bytes of the file. */
    public static final long SIZE = HeaderLayout.SIZE + ROWS * ROW_SIZE;

    /** The lock of the writers. */
    public static final long WORD_AT = LockLayout.WORD_AT;

    private ReadWriteLockLayout() {}

    /** Where the word of that row is; the futex is its low half. */
    public static long rowAt(int row) {
        return HeaderLayout.SIZE + row * ROW_SIZE;
    }

    /** Nobody reads after a boot; half changed is what a writer had. */
    public static final Content CONTENT = new Content() {
        @Override
        public void fill(MemorySegment memory) {}

        @Override
        public void recover(MemorySegment memory) throws IOException {
            LockLayout.CONTENT.recover(memory);
            for (int row = 0; row < ROWS; row++) {
                Words.set(memory, rowAt(row), 0);
            }
        }
    };
}
