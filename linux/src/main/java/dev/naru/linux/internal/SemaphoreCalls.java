package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.errnoCallVariadic;
import static dev.naru.linux.internal.Native.promptCall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Semaphores of both kinds: {@code <sys/sem.h>}, {@code <semaphore.h>}. */
public final class SemaphoreCalls {
    /** {@code struct semid_ds} on a 64-bit machine, which begins with {@code struct ipc_perm}; that of x86-64 is longer. */
    public static final long SIZEOF_SEMID_DS = 104;

    /** {@code struct sembuf}: number 2, operation 2, flags 2. */
    public static final long SIZEOF_OPERATION = 6;

    public static final long OPERATION = 2;
    public static final long FLAGS = 4;

    /** {@code sem_t} on a 64-bit machine, of which glibc uses half. */
    public static final long SIZEOF_SEM = 32;

    private static final MethodHandle SEMGET = errnoCall("semget", INT, INT, INT, INT);
    private static final MethodHandle SEMOP = errnoCall("semop", INT, INT, POINTER, LONG);
    private static final MethodHandle SEMCTL = errnoCallVariadic("semctl", 3, INT, INT, INT, INT, LONG);

    /** Those of POSIX need not be linked by who uses System V. */
    private static final class Posix {
        private static final MethodHandle OPEN = errnoCallVariadic("sem_open", 2, LONG, POINTER, INT, INT, INT);
        private static final MethodHandle CLOSE = errnoCall("sem_close", INT, LONG);
        private static final MethodHandle UNLINK = errnoCall("sem_unlink", INT, POINTER);
        private static final MethodHandle WAIT = errnoCall("sem_wait", INT, POINTER);
        private static final MethodHandle TRY = promptCall("sem_trywait", INT, POINTER);
        private static final MethodHandle POST = promptCall("sem_post", INT, POINTER);
        private static final MethodHandle VALUE = errnoCall("sem_getvalue", INT, POINTER, POINTER);
        private static final MethodHandle INIT = errnoCall("sem_init", INT, POINTER, INT, INT);
    }

    private SemaphoreCalls() {}

    /** semget(2). */
    public static int semget(int key, int count, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SEMGET.invokeExact(state, key, count, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** semop(2), as a {@link KernelWait.Call}. */
    public static long semop(int id, MemorySegment operations, long count, long unused, int ignored) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SEMOP.invokeExact(state, id, operations, count), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * semctl(2).
     *
     * @param argument a value, or the address of a buffer
     */
    public static int semctl(int id, int number, int command, long argument) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SEMCTL.invokeExact(state, id, number, command, argument), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_open(3): the address, or a negated errno. */
    public static long open(MemorySegment name, int flags, int mode, int value) {
        MemorySegment state = CallState.current();
        try {
            long address = (long) Posix.OPEN.invokeExact(state, name, flags, mode, value);
            return address != 0 ? address : -CallState.errno(state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_close(3). */
    public static int close(long address) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.CLOSE.invokeExact(state, address), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_unlink(3). */
    public static int unlink(MemorySegment name) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.UNLINK.invokeExact(state, name), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_wait(3), as a {@link KernelWait.Call}. */
    public static long await(int unused, MemorySegment semaphore, long size, long argument, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.WAIT.invokeExact(state, semaphore), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_trywait(3). */
    public static int tryWait(MemorySegment semaphore) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.TRY.invokeExact(state, semaphore), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_post(3). */
    public static int post(MemorySegment semaphore) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.POST.invokeExact(state, semaphore), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** sem_getvalue(3): into 4 bytes. */
    public static int value(MemorySegment semaphore, MemorySegment value) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) Posix.VALUE.invokeExact(state, semaphore, value), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * Whether a semaphore of this C library is one word of 64 bits, whose low half is its value while nobody waits: looked at in
     * one of our own.
     */
    public static boolean isWord() {
        if (!Native.mayCall() || Native.glibcVersion().isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment probe = arena.allocate(SIZEOF_SEM, Long.BYTES);
            int _ = (int) Posix.INIT.invokeExact(CallState.current(), probe, 1, PROBED);
            boolean isWord = probe.get(LONG, 0) == PROBED;
            int _ = post(probe);
            return isWord && probe.get(LONG, 0) == PROBED + 1;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static final int PROBED = 5;
}
