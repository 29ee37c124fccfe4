package dev.naru.topics;

import dev.naru.linux.Futex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** What one thread of this process wakes another one with that sleeps for a group. Thread-safe; there is nothing to close. */
final class Awakening {
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment word = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

    /** Ends a sleep on {@link #word}, or the next one. */
    void want() {
        WORD.setVolatile(word, 0L, 1);
        int _ = Futex.wake(word, 0, Integer.MAX_VALUE);
    }

    boolean isWanted() {
        return (int) WORD.getVolatile(word, 0L) != 0;
    }

    /** Whether it was wanted; then that is over. */
    boolean take() {
        return isWanted() && (int) WORD.getAndSet(word, 0L, 0) != 0;
    }

    /** To sleep on, as long as it is not wanted. */
    Futex.Word word() {
        return new Futex.Word(word, 0, 0);
    }
}
