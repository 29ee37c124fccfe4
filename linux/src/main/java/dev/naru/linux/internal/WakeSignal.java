package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The signal that interrupts a call and does nothing else: its handler is a harmless libc function, abs(3). */
final class WakeSignal {
    static final int NUMBER = ProcessCalls.sigrtmin() + 5;

    /** glibc's {@code struct sigaction}: handler 8, mask 128, flags 4 (0: no SA_RESTART), padding 4, restorer 8. */
    private static final long SIZEOF_SIGACTION = 152;

    static {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIZEOF_SIGACTION, 8);
            action.set(ValueLayout.ADDRESS, 0, Native.address("abs"));
            int answer = ProcessCalls.sigaction(NUMBER, action, MemorySegment.NULL);
            if (answer < 0) {
                throw new IllegalStateException("sigaction: errno " + -answer);
            }
        }
    }

    private WakeSignal() {}

    static void install() {
        // by the initializer of this class
    }

    /** A thread that is gone by now answers ESRCH; a stranger that got its id since does nothing with it. */
    static void send(int thread) {
        int _ = ProcessCalls.tgkill(ProcessCalls.getpid(), thread, NUMBER);
    }
}
