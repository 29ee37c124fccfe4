package dev.naru.linux.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code struct timespec}: seconds 8, nanoseconds 8. */
final class Timespec {
    static final long SIZEOF = 16;
    private static final long NANOS_A_SECOND = 1_000_000_000;

    private Timespec() {}

    /** A negative time becomes 0. */
    static void set(MemorySegment timespec, long nanos) {
        long left = Math.max(0, nanos);
        timespec.set(ValueLayout.JAVA_LONG, 0, left / NANOS_A_SECOND);
        timespec.set(ValueLayout.JAVA_LONG, Long.BYTES, left % NANOS_A_SECOND);
    }
}
