package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where a downcall leaves its errno: one slot a thread, so that a call neither allocates nor races. A virtual thread has
 * a slot of its own too, since it may be moved to another carrier between a call and the look at its errno.
 */
final class CallState {
    private static final MemoryLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    /** Slots are cut from a slab, which goes when the last thread that has one of them is gone. */
    private static final int SLOTS_A_SLAB = 256;

    private static final Object SLAB_LOCK = new Object();
    private static MemorySegment slab = newSlab();
    private static int used;

    private static final ThreadLocal<MemorySegment> CURRENT = ThreadLocal.withInitial(CallState::newSlot);

    private CallState() {}

    static MemorySegment current() {
        return CURRENT.get();
    }

    static int errno(MemorySegment state) {
        return state.get(ValueLayout.JAVA_INT, ERRNO);
    }

    private static MemorySegment newSlot() {
        synchronized (SLAB_LOCK) {
            if (used == SLOTS_A_SLAB) {
                slab = newSlab();
                used = 0;
            }
            return slab.asSlice(used++ * LAYOUT.byteSize(), LAYOUT.byteSize(), LAYOUT.byteAlignment());
        }
    }

    private static MemorySegment newSlab() {
        return Arena.ofAuto().allocate(MemoryLayout.sequenceLayout(SLOTS_A_SLAB, LAYOUT));
    }
}
