package dev.naru.memory.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Words of shared memory, each access with its memory order in its name. Nobody else touches a shared word.
 *
 * <p>Offsets are in bytes; a long lies on a multiple of 8.
 */
public final class Words {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private Words() {}

    /** A plain load: ordered by another one. */
    public static long get(MemorySegment memory, long offset) {
        return (long) LONG.get(memory, offset);
    }

    /** A load that is made each time, and orders nothing. */
    public static long getOpaque(MemorySegment memory, long offset) {
        return (long) LONG.getOpaque(memory, offset);
    }

    /** A load before all later loads and stores. */
    public static long getAcquire(MemorySegment memory, long offset) {
        return (long) LONG.getAcquire(memory, offset);
    }

    /** A plain store: published by another one. */
    public static void set(MemorySegment memory, long offset, long value) {
        LONG.set(memory, offset, value);
    }

    /** A store that is made each time, and orders nothing. */
    public static void setOpaque(MemorySegment memory, long offset, long value) {
        LONG.setOpaque(memory, offset, value);
    }

    /** A store after all earlier loads and stores. */
    public static void setRelease(MemorySegment memory, long offset, long value) {
        LONG.setRelease(memory, offset, value);
    }

    /** Compare and set, in the order of all such. */
    public static boolean compareAndSet(MemorySegment memory, long offset, long expected, long value) {
        return LONG.compareAndSet(memory, offset, expected, value);
    }

    /** Compare and set, in the order of all such: what was found. */
    public static long compareAndExchange(MemorySegment memory, long offset, long expected, long value) {
        return (long) LONG.compareAndExchange(memory, offset, expected, value);
    }

    /** Compare and set, before all later loads and stores: what was found. */
    public static long compareAndExchangeAcquire(MemorySegment memory, long offset, long expected, long value) {
        return (long) LONG.compareAndExchangeAcquire(memory, offset, expected, value);
    }

    /** Exchange, in the order of all such: what was found. */
    public static long getAndSet(MemorySegment memory, long offset, long value) {
        return (long) LONG.getAndSet(memory, offset, value);
    }

    /** Add, in the order of all such: what was there before. */
    public static long getAndAdd(MemorySegment memory, long offset, long value) {
        return (long) LONG.getAndAdd(memory, offset, value);
    }
}
