package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCallVariadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** File locks, of {@code <fcntl.h>}. */
public final class LockCalls {
    /** {@code struct flock} on a 64-bit machine: type 2, whence 2, padding 4, start 8, length 8, pid 4, padding 4. */
    public static final long SIZEOF_FLOCK = 32;

    public static final long FLOCK_TYPE = 0;
    public static final long FLOCK_START = 8;
    public static final long FLOCK_LENGTH = 16;
    public static final long FLOCK_PID = 24;

    private static final MethodHandle FCNTL = errnoCallVariadic("fcntl", 2, INT, INT, INT, POINTER);

    private LockCalls() {}

    /** fcntl(2) with a {@code struct flock}. */
    public static int fcntl(int fd, int command, MemorySegment flock) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FCNTL.invokeExact(state, fd, command, flock), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
