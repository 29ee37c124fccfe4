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
 * no errno is captured but by the hub, which sleeps for others.
 *
 * <p>Words are named by their address: a segment would be held for as long as a thread sleeps, and could not be closed. It
 * is the kernel alone that looks at them: where no page is any more it answers EFAULT, and a load of ours would be a fault.
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
    private static final MethodHandle FUTEX_COMPARE =
            plainCallVariadic("syscall", 1, LONG, LONG, LONG, INT, INT, LONG, LONG, INT);
    private static final MethodHandle WAITV =
            plainCallVariadic("syscall", 1, LONG, LONG, POINTER, INT, INT, POINTER, INT);
    private static final MethodHandle WAITV_ERRNO =
            errnoCallVariadic("syscall", 1, LONG, LONG, POINTER, INT, INT, POINTER, INT);

    private FutexCalls() {}

    /** Whether the kernel has futex_waitv(2) and no filter forbids it: without a word to wait for it answers EINVAL. */
    public static boolean hasWaitVector() {
        return waitAny(MemorySegment.NULL, 0) == -Constants.EINVAL;
    }

    /** The same as {@link #waitv} without a deadline, and it says why it did not sleep: a negated errno. */
    static int waitAny(MemorySegment waits, int count) {
        MemorySegment state = CallState.current();
        try {
            return (int) answer(
                    (long) WAITV_ERRNO.invokeExact(
                            state,
                            Constants.SYS_FUTEX_WAITV,
                            waits,
                            count,
                            0,
                            MemorySegment.NULL,
                            Constants.CLOCK_MONOTONIC),
                    state);
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
    public static boolean waitPrivate(long address, int value, MemorySegment timeout) {
        int operation = Constants.FUTEX_WAIT | Constants.FUTEX_PRIVATE_FLAG;
        return futex(address, operation, value, timeout) == 0;
    }

    /**
     * Whether the word has that value, as the kernel sees it: false also where nothing is mapped. It never sleeps, as a wait
     * of no time does for the timer's slack: it moves no sleeper, from the word to itself, on condition of the value.
     */
    public static boolean has(long address, int value) {
        try {
            return (long) FUTEX_COMPARE.invokeExact(
                            Constants.SYS_FUTEX, address, Constants.FUTEX_CMP_REQUEUE, 0, 0L, address, value)
                    == 0;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static long futex(long address, int operation, int value, MemorySegment timeout) {
        try {
            return (long) FUTEX.invokeExact(Constants.SYS_FUTEX, address, operation, value, timeout);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
