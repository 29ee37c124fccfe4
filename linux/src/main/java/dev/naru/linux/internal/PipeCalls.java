package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Pipes, and bytes moved between descriptors inside the kernel: {@code <unistd.h>}, {@code <fcntl.h>}. */
public final class PipeCalls {
    private static final MethodHandle PIPE2 = errnoCall("pipe2", INT, POINTER, INT);
    private static final MethodHandle SPLICE = errnoCall("splice", LONG, INT, POINTER, INT, POINTER, LONG, INT);
    private static final MethodHandle TEE = errnoCall("tee", LONG, INT, INT, LONG, INT);
    private static final MethodHandle VMSPLICE = errnoCall("vmsplice", LONG, INT, POINTER, LONG, INT);

    private PipeCalls() {}

    /** pipe2(2). */
    public static int pipe2(MemorySegment ends, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) PIPE2.invokeExact(state, ends, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** splice(2). */
    public static long splice(int in, MemorySegment inOffset, int out, MemorySegment outOffset, long count, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) SPLICE.invokeExact(state, in, inOffset, out, outOffset, count, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** tee(2). */
    public static long tee(int in, int out, long count, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) TEE.invokeExact(state, in, out, count, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** vmsplice(2). */
    public static long vmsplice(int fd, MemorySegment vector, long segments, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) VMSPLICE.invokeExact(state, fd, vector, segments, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
