package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Sockets: {@code <sys/socket.h>}. */
public final class SocketCalls {
    private static final MethodHandle SOCKET = errnoCall("socket", INT, INT, INT, INT);
    private static final MethodHandle SOCKETPAIR = errnoCall("socketpair", INT, INT, INT, INT, POINTER);
    private static final MethodHandle BIND = errnoCall("bind", INT, INT, POINTER, INT);
    private static final MethodHandle LISTEN = errnoCall("listen", INT, INT, INT);
    private static final MethodHandle ACCEPT4 = errnoCall("accept4", INT, INT, POINTER, POINTER, INT);
    private static final MethodHandle CONNECT = errnoCall("connect", INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKNAME = errnoCall("getsockname", INT, INT, POINTER, POINTER);
    private static final MethodHandle GETPEERNAME = errnoCall("getpeername", INT, INT, POINTER, POINTER);
    private static final MethodHandle GETSOCKOPT = errnoCall("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
    private static final MethodHandle SETSOCKOPT = errnoCall("setsockopt", INT, INT, INT, INT, POINTER, INT);
    private static final MethodHandle SHUTDOWN = errnoCall("shutdown", INT, INT, INT);
    private static final MethodHandle SENDMSG = errnoCall("sendmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle RECVMSG = errnoCall("recvmsg", LONG, INT, POINTER, INT);

    private SocketCalls() {}

    /** socket(2). */
    public static int socket(int domain, int type, int protocol) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** socketpair(2). */
    public static int socketpair(int domain, int type, int protocol, MemorySegment ends) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SOCKETPAIR.invokeExact(state, domain, type, protocol, ends), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** bind(2). */
    public static int bind(int fd, MemorySegment address, int length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) BIND.invokeExact(state, fd, address, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** listen(2). */
    public static int listen(int fd, int backlog) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) LISTEN.invokeExact(state, fd, backlog), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** accept4(2). */
    public static int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) ACCEPT4.invokeExact(state, fd, address, length, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** connect(2). */
    public static int connect(int fd, MemorySegment address, int length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) CONNECT.invokeExact(state, fd, address, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** getsockname(2). */
    public static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETSOCKNAME.invokeExact(state, fd, address, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** getpeername(2). */
    public static int getpeername(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETPEERNAME.invokeExact(state, fd, address, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** getsockopt(2). */
    public static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** setsockopt(2). */
    public static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, length), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** shutdown(2). */
    public static int shutdown(int fd, int how) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SHUTDOWN.invokeExact(state, fd, how), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sendmsg(2). */
    public static long sendmsg(int fd, MemorySegment message, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) SENDMSG.invokeExact(state, fd, message, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** recvmsg(2). */
    public static long recvmsg(int fd, MemorySegment message, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) RECVMSG.invokeExact(state, fd, message, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
