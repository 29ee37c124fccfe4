package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.errnoCallVariadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Processes, their descriptors and signals: {@code <sys/wait.h>}, {@code <signal.h>}, {@code <sys/resource.h>}. */
public final class ProcessCalls {
    private static final MethodHandle WAITID = errnoCall("waitid", INT, INT, INT, POINTER, INT);
    private static final MethodHandle PIDFD_OPEN = errnoCallVariadic("syscall", 1, LONG, LONG, INT, INT);
    private static final MethodHandle PIDFD_SEND_SIGNAL =
            errnoCallVariadic("syscall", 1, LONG, LONG, INT, INT, POINTER, INT);
    private static final MethodHandle SCHED_GETAFFINITY = errnoCall("sched_getaffinity", INT, INT, LONG, POINTER);
    private static final MethodHandle SCHED_SETAFFINITY = errnoCall("sched_setaffinity", INT, INT, LONG, POINTER);
    private static final MethodHandle GETRLIMIT = errnoCall("getrlimit", INT, INT, POINTER);
    private static final MethodHandle SIGACTION = errnoCall("sigaction", INT, INT, POINTER, POINTER);
    private static final MethodHandle KILL = errnoCall("kill", INT, INT, INT);
    private static final MethodHandle GETTID = errnoCall("gettid", INT);
    private static final MethodHandle TGKILL = errnoCall("tgkill", INT, INT, INT, INT);
    private static final MethodHandle GETPID = errnoCall("getpid", INT);
    private static final MethodHandle GETEUID = errnoCall("geteuid", INT);
    private static final MethodHandle SIGRTMIN = errnoCall("__libc_current_sigrtmin", INT);

    private ProcessCalls() {}

    /** The variables that this process has now (environ(7)), each as {@code NAME=value}. */
    public static List<byte[]> environment() {
        return Native.strings("environ");
    }

    /** waitid(2). */
    public static int waitid(int type, int id, MemorySegment info, int options) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) WAITID.invokeExact(state, type, id, info, options), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** pidfd_open(2), by number: the C library has the wrapper only since 2.36. */
    public static long pidfdOpen(long number, int pid, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) PIDFD_OPEN.invokeExact(state, number, pid, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** pidfd_send_signal(2), by number, as above. */
    public static long pidfdSendSignal(long number, int pidfd, int signal, MemorySegment info, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) PIDFD_SEND_SIGNAL.invokeExact(state, number, pidfd, signal, info, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sched_getaffinity(2) of the calling thread (0). */
    public static int schedGetaffinity(int thread, long size, MemorySegment cores) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SCHED_GETAFFINITY.invokeExact(state, thread, size, cores), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sched_setaffinity(2) of the calling thread (0). */
    public static int schedSetaffinity(int thread, long size, MemorySegment cores) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SCHED_SETAFFINITY.invokeExact(state, thread, size, cores), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** getrlimit(2). */
    public static int getrlimit(int resource, MemorySegment limit) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETRLIMIT.invokeExact(state, resource, limit), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sigaction(2). */
    public static int sigaction(int signal, MemorySegment action, MemorySegment old) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SIGACTION.invokeExact(state, signal, action, old), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** kill(2), of a child that is not reaped yet: only then the pid is still its own. */
    public static int kill(int pid, int signal) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) KILL.invokeExact(state, pid, signal), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** gettid(2). */
    public static int gettid() {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETTID.invokeExact(state), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** tgkill(2): unlike pthread_kill(3), a thread that has ended is an error and not undefined. */
    public static int tgkill(int group, int thread, int signal) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) TGKILL.invokeExact(state, group, thread, signal), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** getpid(2). */
    public static int getpid() {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETPID.invokeExact(state), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** geteuid(2). */
    public static int geteuid() {
        MemorySegment state = CallState.current();
        try {
            return answer((int) GETEUID.invokeExact(state), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** SIGRTMIN: the first real-time signal that the C library has not taken for itself. */
    public static int sigrtmin() {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SIGRTMIN.invokeExact(state), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
