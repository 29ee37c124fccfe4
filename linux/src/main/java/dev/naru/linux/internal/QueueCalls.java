package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.errnoCallVariadic;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Message queues of both kinds: {@code <sys/msg.h>}, {@code <mqueue.h>}. */
public final class QueueCalls {
    /** {@code struct msqid_ds} on a 64-bit machine, which begins with {@code struct ipc_perm}: {@link SystemVCalls}. */
    public static final long SIZEOF_MSQID_DS = 120;

    public static final long SENT = 48;
    public static final long RECEIVED = 56;
    public static final long CHANGED = 64;
    public static final long BYTES = 72;
    public static final long MESSAGES = 80;
    public static final long MOST_BYTES = 88;
    public static final long LAST_SENDER = 96;
    public static final long LAST_RECEIVER = 100;

    /** {@code struct mq_attr}: flags 8, most messages 8, longest message 8, messages now 8, and 32 to come. */
    public static final long SIZEOF_ATTRIBUTES = 64;

    private static final MethodHandle MSGGET = errnoCall("msgget", INT, INT, INT);
    private static final MethodHandle MSGSND = errnoCall("msgsnd", INT, INT, POINTER, LONG, INT);
    private static final MethodHandle MSGRCV = errnoCall("msgrcv", LONG, INT, POINTER, LONG, LONG, INT);
    private static final MethodHandle MSGCTL = errnoCall("msgctl", INT, INT, INT, POINTER);

    /** Those of POSIX need not be linked by who uses System V. */
    private static final class Posix {
        private static final MethodHandle OPEN = errnoCallVariadic("mq_open", 2, INT, POINTER, INT, INT, POINTER);
        private static final MethodHandle UNLINK = errnoCall("mq_unlink", INT, POINTER);
        private static final MethodHandle GETATTR = errnoCall("mq_getattr", INT, INT, POINTER);
        private static final MethodHandle SEND = errnoCall("mq_timedsend", INT, INT, POINTER, LONG, INT, POINTER);
        private static final MethodHandle RECEIVE =
                errnoCall("mq_timedreceive", LONG, INT, POINTER, LONG, LONG, POINTER);
    }

    private QueueCalls() {}

    /** msgget(2). */
    public static int msgget(int key, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MSGGET.invokeExact(state, key, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * msgsnd(2), as a {@link KernelWait.Call}.
     *
     * @param message a type of 8 bytes, and the text
     * @param size the text's
     */
    public static long msgsnd(int id, MemorySegment message, long size, long unused, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MSGSND.invokeExact(state, id, message, size, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** msgrcv(2), as a {@link KernelWait.Call}: the text's size. */
    public static long msgrcv(int id, MemorySegment message, long size, long type, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) MSGRCV.invokeExact(state, id, message, size, type, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** msgctl(2). */
    public static int msgctl(int id, int command, MemorySegment buffer) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) MSGCTL.invokeExact(state, id, command, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** mq_open(3). */
    public static int open(MemorySegment name, int flags, int mode, MemorySegment attributes) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.OPEN.invokeExact(state, name, flags, mode, attributes), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** mq_unlink(3). */
    public static int unlink(MemorySegment name) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.UNLINK.invokeExact(state, name), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** mq_getattr(3). */
    public static int getattr(int queue, MemorySegment attributes) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.GETATTR.invokeExact(state, queue, attributes), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** mq_timedsend(3). */
    public static long send(int queue, MemorySegment message, long size, int priority, MemorySegment until) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.SEND.invokeExact(state, queue, message, size, priority, until), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * mq_timedreceive(3): the message's size.
     *
     * @param priority the address of an int for it
     */
    public static long receive(int queue, MemorySegment message, long size, long priority, MemorySegment until) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) Posix.RECEIVE.invokeExact(state, queue, message, size, priority, until), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
