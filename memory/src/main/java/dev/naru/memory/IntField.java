package dev.naru.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A 32-bit integer of a {@link SharedLayout} in shared memory, found once by its name: {@code memory.intField("price")}. From then on an
 * access is a load or a store, and makes no garbage.
 *
 * <p>The memory order stands in the name of each method; it holds between processes as between threads. A plain access
 * orders nothing, and is whole all the same.
 *
 * <p>Thread-safe. When the memory is closed, every access throws {@link IllegalStateException}.
 */
public final class IntField {
    private static final VarHandle HANDLE = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment memory;
    private final long offset;

    IntField(MemorySegment memory, long offset) {
        this.memory = memory;
        this.offset = offset;
    }

    /** Its offset in {@link SharedMemory#segment}, in bytes. */
    public long offset() {
        return offset;
    }

    /** Loads it, plainly. */
    public int get() {
        return (int) HANDLE.get(memory, offset);
    }

    /** Stores it, plainly. */
    public void set(int value) {
        HANDLE.set(memory, offset, value);
    }

    /** Loads it; what follows comes after. Pairs with {@link #setRelease}. */
    public int getAcquire() {
        return (int) HANDLE.getAcquire(memory, offset);
    }

    /** Stores it; what went before comes before. Pairs with {@link #getAcquire}. */
    public void setRelease(int value) {
        HANDLE.setRelease(memory, offset, value);
    }

    /** Loads it, in one order with all volatile accesses. */
    public int getVolatile() {
        return (int) HANDLE.getVolatile(memory, offset);
    }

    /** Stores it, in one order with all volatile accesses. */
    public void setVolatile(int value) {
        HANDLE.setVolatile(memory, offset, value);
    }

    /** Stores it if it is what is expected; whether it was. Volatile. */
    public boolean compareAndSet(int expected, int value) {
        return HANDLE.compareAndSet(memory, offset, expected, value);
    }

    /** Adds to it and answers what it was before. Volatile. */
    public int getAndAdd(int more) {
        return (int) HANDLE.getAndAdd(memory, offset, more);
    }

    /** Stores it and answers what it was before. Volatile. */
    public int getAndSet(int value) {
        return (int) HANDLE.getAndSet(memory, offset, value);
    }
}
