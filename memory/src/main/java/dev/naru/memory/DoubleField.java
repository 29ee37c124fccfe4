package dev.naru.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A 64-bit floating-point number of a {@link SharedLayout} in shared memory, found once by its name: {@code memory.doubleField("price")}. From then on an
 * access is a load or a store, and makes no garbage.
 *
 * <p>The memory order stands in the name of each method; it holds between processes as between threads. A plain access
 * orders nothing, and is whole all the same.
 *
 * <p>Thread-safe. When the memory is closed, every access throws {@link IllegalStateException}.
 */
public final class DoubleField {
    private static final VarHandle HANDLE = ValueLayout.JAVA_DOUBLE.varHandle();

    private final MemorySegment memory;
    private final long offset;

    DoubleField(MemorySegment memory, long offset) {
        this.memory = memory;
        this.offset = offset;
    }

    /** Its offset in {@link SharedMemory#segment}, in bytes. */
    public long offset() {
        return offset;
    }

    /** Loads it, plainly. */
    public double get() {
        return (double) HANDLE.get(memory, offset);
    }

    /** Stores it, plainly. */
    public void set(double value) {
        HANDLE.set(memory, offset, value);
    }

    /** Loads it; what follows comes after. Pairs with {@link #setRelease}. */
    public double getAcquire() {
        return (double) HANDLE.getAcquire(memory, offset);
    }

    /** Stores it; what went before comes before. Pairs with {@link #getAcquire}. */
    public void setRelease(double value) {
        HANDLE.setRelease(memory, offset, value);
    }

    /** Loads it, in one order with all volatile accesses. */
    public double getVolatile() {
        return (double) HANDLE.getVolatile(memory, offset);
    }

    /** Stores it, in one order with all volatile accesses. */
    public void setVolatile(double value) {
        HANDLE.setVolatile(memory, offset, value);
    }

    /** Stores it if it is what is expected, to the bit; whether it was. Volatile. */
    public boolean compareAndSet(double expected, double value) {
        return HANDLE.compareAndSet(memory, offset, expected, value);
    }
}
