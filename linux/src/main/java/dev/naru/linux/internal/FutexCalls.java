package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCallVariadic;
import static dev.naru.linux.internal.Native.plainCallVariadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * futex(2) and futex_waitv(2), for which the C library has no wrapper. Sleepers look again whatever the call answered, so
 * no errno is captured but by the one call that asks whether the kernel has it.
 *
 * <p>Words are named by their address: a segment would be held for as long as a thread sleeps, and could not be closed.
 */
public final class FutexCalls {
    /** {@code struct futex_waitv}: value 8, address 8, flags 4, reserved 4. */
    public static final long SIZEOF_WAIT = 24;

    public static final long WAIT_VALUE = 0;
    public static final long WAIT_ADDRESS = 8;
    public static final long WAIT_FLAGS = 16;

    /** The words that one call takes (FUTEX_WAITV_MAX). */
    public static final int MOST_WORDS = 128;

    private static final MethodHandle FUTEX = plainCallVariadic("syscall", 1, LONG, LONG, LONG, INT, INT, POINTER);
    private static final MethodHandle WAITV =
            plainCallVariadic("syscall", 1, LONG, LONG, POINTER, INT, INT, POINTER, INT);
    private static final MethodHandle WAITV_ERRNO =
            errnoCallVariadic("syscall", 1, LONG, LONG, POINTER, INT, INT, POINTER, INT);

    private FutexCalls() {}

    /** Whether the kernel has futex_waitv(2) and no filter forbids it: without a word to wait for it answers EINVAL. */
    public static boolean hasWaitVector() {
        MemorySegment state = CallState.current();
        try {
            long answered = answer(
                    (long) WAITV_ERRNO.invokeExact(
                            state,
                            Constants.SYS_FUTEX_WAITV,
                            MemorySegment.NULL,
                            0,
                            0,
                            MemorySegment.NULL,
                            Constants.CLOCK_MONOTONIC),
                    state);
            return answered == -Constants.EINVAL;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * Sleeps as long as each word has its value.
     *
     * @param waits an array of {@code struct futex_waitv}
     * @param deadline a {@code struct timespec} of CLOCK_MONOTONIC, or NULL
     * @return the index of the last word that was woken, or -1 for all else
     */
    public static int waitv(MemorySegment waits, int count, MemorySegment deadline) {
        try {
            return (int) (long)
                    WAITV.invokeExact(Constants.SYS_FUTEX_WAITV, waits, count, 0, deadline, Constants.CLOCK_MONOTONIC);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * Sleeps as long as the word has that value.
     *
     * @param timeout how long at most, a {@code struct timespec}, or NULL
     * @return whether it was woken
     */
    public static boolean wait(long address, int value, MemorySegment timeout) {
        return futex(address, Constants.FUTEX_WAIT, value, timeout) == 0;
    }

    /** Wakes at most so many sleepers of any process: how many, or -1. */
    public static int wake(long address, int most) {
        return (int) futex(address, Constants.FUTEX_WAKE, most, MemorySegment.NULL);
    }

    /** The same among the threads of this process, on a word that no other sees. */
    public static int wakePrivate(long address, int most) {
        return (int) futex(address, Constants.FUTEX_WAKE | Constants.FUTEX_PRIVATE_FLAG, most, MemorySegment.NULL);
    }

    /** {@link #wait} on a word that no other process sees. */
    public static boolean waitPrivate(long address, int value) {
        int operation = Constants.FUTEX_WAIT | Constants.FUTEX_PRIVATE_FLAG;
        return futex(address, operation, value, MemorySegment.NULL) == 0;
    }

    private static long futex(long address, int operation, int value, MemorySegment timeout) {
        try {
            return (long) FUTEX.invokeExact(Constants.SYS_FUTEX, address, operation, value, timeout);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
