package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Words of the control block, each access with its memory order in its name. Nobody else touches a shared word. */
final class Words {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private Words() {}

    /** A plain load: ordered by another one. */
    static long get(MemorySegment memory, long offset) {
        return (long) LONG.get(memory, offset);
    }

    /** A plain load: ordered by another one. */
    static int getInt(MemorySegment memory, long offset) {
        return (int) INT.get(memory, offset);
    }

    /** A load that is made each time, and orders nothing. */
    static long getOpaque(MemorySegment memory, long offset) {
        return (long) LONG.getOpaque(memory, offset);
    }

    /** A load before all later loads and stores. */
    static long getAcquire(MemorySegment memory, long offset) {
        return (long) LONG.getAcquire(memory, offset);
    }

    /** A plain store: published by another one. */
    static void set(MemorySegment memory, long offset, long value) {
        LONG.set(memory, offset, value);
    }

    /** A plain store: published by another one. */
    static void setInt(MemorySegment memory, long offset, int value) {
        INT.set(memory, offset, value);
    }

    /** A store that is made each time, and orders nothing. */
    static void setOpaque(MemorySegment memory, long offset, long value) {
        LONG.setOpaque(memory, offset, value);
    }

    /** A store after all earlier loads and stores. */
    static void setRelease(MemorySegment memory, long offset, long value) {
        LONG.setRelease(memory, offset, value);
    }

    /** Compare and set, in the order of all such. */
    static boolean compareAndSet(MemorySegment memory, long offset, long expected, long value) {
        return LONG.compareAndSet(memory, offset, expected, value);
    }
}
