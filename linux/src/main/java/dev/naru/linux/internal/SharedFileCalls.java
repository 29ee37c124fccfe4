package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Files that carry shared memory: their space and their names, of {@code <fcntl.h>}, {@code <unistd.h>}, {@code <sys/vfs.h>}. */
public final class SharedFileCalls {
    private static final MethodHandle FALLOCATE = errnoCall("fallocate", INT, INT, INT, LONG, LONG);
    private static final MethodHandle PWRITE = errnoCall("pwrite", LONG, INT, POINTER, LONG, LONG);
    private static final MethodHandle FLOCK = errnoCall("flock", INT, INT, INT);
    private static final MethodHandle FTRUNCATE = errnoCall("ftruncate", INT, INT, LONG);
    private static final MethodHandle FSTATFS = errnoCall("fstatfs", INT, INT, POINTER);
    private static final MethodHandle FCHMOD = errnoCall("fchmod", INT, INT, INT);
    private static final MethodHandle FSYNC = errnoCall("fsync", INT, INT);
    private static final MethodHandle FDATASYNC = errnoCall("fdatasync", INT, INT);
    private static final MethodHandle LINKAT = errnoCall("linkat", INT, INT, POINTER, INT, POINTER, INT);

    private SharedFileCalls() {}

    /** fallocate(2). */
    public static int fallocate(int fd, int mode, long offset, long length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FALLOCATE.invokeExact(state, fd, mode, offset, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** pwrite(2). */
    public static long pwrite(int fd, MemorySegment bytes, long count, long offset) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) PWRITE.invokeExact(state, fd, bytes, count, offset), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** flock(2). */
    public static int flock(int fd, int operation) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FLOCK.invokeExact(state, fd, operation), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** ftruncate(2). */
    public static int ftruncate(int fd, long length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FTRUNCATE.invokeExact(state, fd, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** fstatfs(2). */
    public static int fstatfs(int fd, MemorySegment result) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FSTATFS.invokeExact(state, fd, result), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** fchmod(2). */
    public static int fchmod(int fd, int mode) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FCHMOD.invokeExact(state, fd, mode), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** fsync(2). */
    public static int fsync(int fd) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FSYNC.invokeExact(state, fd), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** fdatasync(2). */
    public static int fdatasync(int fd) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FDATASYNC.invokeExact(state, fd), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** linkat(2). */
    public static int linkat(int fromDirectory, MemorySegment from, int toDirectory, MemorySegment to, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) LINKAT.invokeExact(state, fromDirectory, from, toDirectory, to, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
