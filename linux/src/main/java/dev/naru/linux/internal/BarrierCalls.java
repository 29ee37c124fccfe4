package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.plainCallVariadic;

import java.lang.invoke.MethodHandle;

/** membarrier(2), for which the C library has no wrapper. Why it is refused does not matter: no errno is captured. */
public final class BarrierCalls {
    private static final MethodHandle MEMBARRIER = plainCallVariadic("syscall", 1, LONG, LONG, INT, INT, INT);

    private BarrierCalls() {}

    /**
     * Carries out a command.
     *
     * @return what the kernel answers: 0 for done, a set of commands for the query, below 0 for refused
     */
    public static long membarrier(int command) {
        try {
            return (long) MEMBARRIER.invokeExact(Constants.SYS_MEMBARRIER, command, 0, 0);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
