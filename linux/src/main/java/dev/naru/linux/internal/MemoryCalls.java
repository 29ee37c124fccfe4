package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@code <sys/mman.h>}. */
public final class MemoryCalls {
    private static final MethodHandle MMAP = errnoCall("mmap", LONG, POINTER, LONG, INT, INT, INT, LONG);
    private static final MethodHandle MUNMAP = errnoCall("munmap", INT, LONG, LONG);

    private static final MethodHandle MSYNC = errnoCall("msync", INT, LONG, LONG, INT);
    private static final MethodHandle MADVISE = errnoCall("madvise", INT, LONG, LONG, INT);
    private static final MethodHandle MEMFD_CREATE = errnoCall("memfd_create", INT, POINTER, INT);

    private MemoryCalls() {}

    /** mmap(2): the address, or a negated errno (no user address is negative). */
    public static long mmap(long length, int protection, int flags, int fd, long offset) {
        MemorySegment state = CallState.current();
        try {
            return answer(
                    (long) MMAP.invokeExact(state, MemorySegment.NULL, length, protection, flags, fd, offset), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** munmap(2). */
    public static int munmap(long address, long length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MUNMAP.invokeExact(state, address, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** msync(2). */
    public static int msync(long address, long length, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MSYNC.invokeExact(state, address, length, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** madvise(2). */
    public static int madvise(long address, long length, int advice) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MADVISE.invokeExact(state, address, length, advice), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** memfd_create(2). */
    public static int memfdCreate(MemorySegment name, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MEMFD_CREATE.invokeExact(state, name, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
