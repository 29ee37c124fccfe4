package dev.naru.linux;

import java.lang.foreign.MemorySegment;

/**
 * All memory of the process, by its addresses: {@code ALL.get(layout, segment.address() + offset)}. Nothing looks whether it is there. So an
 * access costs what it costs C, since neither the bounds nor the life of a mapping are checked, and a wrong one ends the process.
 *
 * <p>For hot paths alone, where the mapping is kept open by other means while they run.
 */
public final class UnguardedMemory {
    /** All of it. */
    public static final MemorySegment ALL = all();

    private UnguardedMemory() {}

    @SuppressWarnings("restricted") // that is what it is for
    private static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
