package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where a downcall leaves its errno: one slot a thread, so that a call neither allocates nor races. Behind it is room for
 * the {@code struct pollfd} of a look ({@link PollCalls#look}). A virtual thread has
 * a slot of its own too, since it may be moved to another carrier between a call and the look at its errno.
 */
final class CallState {
    private static final MemoryLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    // struct pollfd {int fd; short events; short revents;}
    private static final long POLL_FD = 8;
    private static final long POLL_EVENTS = POLL_FD + 4;
    private static final long SIZEOF_SLOT = POLL_FD + 8;

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

    /** Fills the slot's {@code struct pollfd}: its address, good as long as the slot is. */
    static long pollDescriptor(MemorySegment state, int fd, short events) {
        state.set(ValueLayout.JAVA_INT, POLL_FD, fd);
        state.set(ValueLayout.JAVA_SHORT, POLL_EVENTS, events);
        return state.address() + POLL_FD;
    }

    private static MemorySegment newSlot() {
        synchronized (SLAB_LOCK) {
            if (used == SLOTS_A_SLAB) {
                slab = newSlab();
                used = 0;
            }
            return slab.asSlice(used++ * SIZEOF_SLOT, SIZEOF_SLOT, LAYOUT.byteAlignment());
        }
    }

    private static MemorySegment newSlab() {
        return Arena.ofAuto().allocate(SLOTS_A_SLAB * SIZEOF_SLOT, SIZEOF_SLOT);
    }
}
