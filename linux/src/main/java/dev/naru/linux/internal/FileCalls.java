package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.errnoCallVariadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Descriptors and files: {@code <fcntl.h>}, {@code <unistd.h>}, {@code <sys/stat.h>}. */
public final class FileCalls {
    private static final MethodHandle OPEN = errnoCallVariadic("open", 2, INT, POINTER, INT, INT);
    private static final MethodHandle CLOSE = errnoCall("close", INT, INT);
    // By address, so that reading into the middle of a segment makes no object of a slice. The segment goes with it as
    // an argument that the function has not, and does not look at (it is in a register of the caller's): the linker
    // keeps its memory for the time of the call.
    private static final MethodHandle READ = errnoCall("read", LONG, INT, LONG, LONG, POINTER);
    private static final MethodHandle WRITE = errnoCall("write", LONG, INT, LONG, LONG, POINTER);
    private static final MethodHandle RECV = errnoCall("recv", LONG, INT, LONG, LONG, INT, POINTER);
    private static final MethodHandle SEND = errnoCall("send", LONG, INT, LONG, LONG, INT, POINTER);

    private static final MethodHandle FCNTL = errnoCallVariadic("fcntl", 2, INT, INT, INT, INT);
    private static final MethodHandle IOCTL = errnoCallVariadic("ioctl", 2, INT, INT, LONG, POINTER);
    private static final MethodHandle STATX = errnoCall("statx", INT, INT, POINTER, INT, INT, POINTER);
    private static final MethodHandle MKFIFO = errnoCall("mkfifo", INT, POINTER, INT);
    private static final MethodHandle CHMOD = errnoCall("chmod", INT, POINTER, INT);
    private static final MethodHandle UNLINK = errnoCall("unlink", INT, POINTER);

    private FileCalls() {}

    /** open(2). */
    public static int open(MemorySegment path, int flags, int mode) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) OPEN.invokeExact(state, path, flags, mode), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** close(2). After any answer, EINTR too, the number is free: it must not be closed again. */
    public static int close(int fd) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** read(2). The caller has checked that the bytes lie in the buffer. */
    public static long read(int fd, MemorySegment buffer, long offset, long count) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) READ.invokeExact(state, fd, buffer.address() + offset, count, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** write(2). The caller has checked that the bytes lie in the buffer. */
    public static long write(int fd, MemorySegment buffer, long offset, long count) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) WRITE.invokeExact(state, fd, buffer.address() + offset, count, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** recv(2). The caller has checked that the bytes lie in the buffer. */
    public static long recv(int fd, MemorySegment buffer, long offset, long count, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) RECV.invokeExact(state, fd, buffer.address() + offset, count, flags, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** send(2). The caller has checked that the bytes lie in the buffer. */
    public static long send(int fd, MemorySegment buffer, long offset, long count, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) SEND.invokeExact(state, fd, buffer.address() + offset, count, flags, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** fcntl(2) with an int argument. */
    public static int fcntl(int fd, int command, int argument) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) FCNTL.invokeExact(state, fd, command, argument), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** ioctl(2) with a pointer argument. */
    public static int ioctl(int fd, long request, MemorySegment argument) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** statx(2): one layout on every machine, which stat(2) has not. */
    public static int statx(int directory, MemorySegment path, int flags, int mask, MemorySegment result) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) STATX.invokeExact(state, directory, path, flags, mask, result), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** mkfifo(3). */
    public static int mkfifo(MemorySegment path, int mode) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MKFIFO.invokeExact(state, path, mode), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** chmod(2). */
    public static int chmod(MemorySegment path, int mode) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) CHMOD.invokeExact(state, path, mode), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** unlink(2). */
    public static int unlink(MemorySegment path) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) UNLINK.invokeExact(state, path), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
