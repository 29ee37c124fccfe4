package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.plainCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Waiting for descriptors: {@code <poll.h>}, {@code <sys/epoll.h>}, {@code <sys/eventfd.h>}. */
public final class PollCalls {
    private static final MethodHandle PPOLL = plainCall("ppoll", INT, POINTER, LONG, POINTER, POINTER);
    private static final MethodHandle PPOLL_OR_ERRNO = errnoCall("ppoll", INT, POINTER, LONG, POINTER, POINTER);
    private static final MethodHandle POLL = errnoCall("poll", INT, LONG, LONG, INT);
    private static final MethodHandle EPOLL_CREATE = errnoCall("epoll_create1", INT, INT);
    private static final MethodHandle EPOLL_CONTROL = errnoCall("epoll_ctl", INT, INT, INT, INT, POINTER);
    private static final MethodHandle EPOLL_WAIT = errnoCall("epoll_wait", INT, INT, POINTER, INT, INT);
    private static final MethodHandle EVENTFD = errnoCall("eventfd", INT, INT, INT);

    private PollCalls() {}

    /**
     * ppoll(2): how many are ready, or -1. The one call whose errno is not captured: the sleeper looks again after EINTR,
     * what else there is shows itself in {@link #ppollOrErrno}, and the JDK's capture makes a small object a call where the compiler does not inline it.
     */
    public static int ppoll(MemorySegment descriptors, long count, MemorySegment timeout, MemorySegment signals) {
        try {
            return (int) PPOLL.invokeExact(descriptors, count, timeout, signals);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** The same with its errno. */
    static int ppollOrErrno(MemorySegment descriptors, long count, MemorySegment timeout, MemorySegment signals) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) PPOLL_OR_ERRNO.invokeExact(state, descriptors, count, timeout, signals), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * poll(2) on one descriptor without waiting: 1 when it has one of the events, an error or the end, 0 when not, or a
     * negated errno. In the memory of the thread's {@link CallState}, so it needs neither garbage nor a descriptor.
     */
    public static int look(int fd, short events) {
        MemorySegment state = CallState.current();
        long descriptor = CallState.pollDescriptor(state, fd, events);
        try {
            return answer((int) POLL.invokeExact(state, descriptor, 1L, 0), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** epoll_create1(2). */
    public static int epollCreate(int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) EPOLL_CREATE.invokeExact(state, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** epoll_ctl(2). */
    public static int epollControl(int epoll, int operation, int fd, MemorySegment event) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) EPOLL_CONTROL.invokeExact(state, epoll, operation, fd, event), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** epoll_wait(2). */
    public static int epollWait(int epoll, MemorySegment events, int most, int timeoutMillis) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) EPOLL_WAIT.invokeExact(state, epoll, events, most, timeoutMillis), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** eventfd(2). */
    public static int eventfd(int initial, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) EVENTFD.invokeExact(state, initial, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
