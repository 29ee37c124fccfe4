package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Timers of the kernel: {@code <time.h>}. A {@code timer_t} is as wide as a pointer. */
final class TimerCalls {
    private static final MethodHandle CREATE = errnoCall("timer_create", INT, INT, POINTER, POINTER);
    private static final MethodHandle SETTIME = errnoCall("timer_settime", INT, LONG, INT, POINTER, POINTER);
    private static final MethodHandle DELETE = errnoCall("timer_delete", INT, LONG);

    private TimerCalls() {}

    /** timer_create(2). */
    static int create(int clock, MemorySegment event, MemorySegment timer) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) CREATE.invokeExact(state, clock, event, timer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** timer_settime(2), from now on. */
    static int set(long timer, MemorySegment times) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SETTIME.invokeExact(state, timer, 0, times, MemorySegment.NULL), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** timer_delete(2). */
    static int delete(long timer) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) DELETE.invokeExact(state, timer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
