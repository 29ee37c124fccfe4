package dev.naru.linux.internal;

import static dev.naru.linux.internal.Native.INT;
import static dev.naru.linux.internal.Native.LONG;
import static dev.naru.linux.internal.Native.POINTER;
import static dev.naru.linux.internal.Native.answer;
import static dev.naru.linux.internal.Native.errnoCall;
import static dev.naru.linux.internal.Native.plainCall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** System V shared memory, and the keys of all three kinds: {@code <sys/shm.h>}, {@code <sys/ipc.h>}. */
public final class SystemVCalls {
    /**
     * {@code struct shmid_ds} of the C library on a 64-bit machine, 112 bytes, whose first 48 are {@code struct ipc_perm}: key
     * 4, uid 4, gid 4, creator's uid 4, creator's gid 4, mode 4 (2 and padding in old ones), …
     */
    public static final long SIZEOF_SHMID_DS = 112;

    public static final long PERM_KEY = 0;
    public static final long PERM_UID = 4;
    public static final long PERM_GID = 8;
    public static final long PERM_CREATOR_UID = 12;
    public static final long PERM_MODE = 20;
    public static final long SHM_SIZE = 48;
    public static final long SHM_CREATOR = 80;
    public static final long SHM_LAST = 84;
    public static final long SHM_ATTACHED = 88;

    private static final MethodHandle SHMGET = errnoCall("shmget", INT, INT, LONG, INT);
    private static final MethodHandle SHMAT = errnoCall("shmat", LONG, INT, POINTER, INT);
    private static final MethodHandle SHMDT = errnoCall("shmdt", INT, LONG);
    private static final MethodHandle SHMCTL = errnoCall("shmctl", INT, INT, INT, POINTER);

    private static final MethodHandle FTOK = plainCall("ftok", INT, POINTER, INT);

    private SystemVCalls() {}

    /** ftok(3). */
    public static int ftok(MemorySegment path, int project) {
        try {
            return (int) FTOK.invokeExact(path, project);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** shmget(2). */
    public static int shmget(int key, long size, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SHMGET.invokeExact(state, key, size, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** shmat(2): the address, or a negated errno (no user address is negative). */
    public static long shmat(int id, int flags) {
        MemorySegment state = CallState.current();
        try {
            return answer((long) SHMAT.invokeExact(state, id, MemorySegment.NULL, flags), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** shmdt(2). */
    public static int shmdt(long address) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SHMDT.invokeExact(state, address), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** shmctl(2). */
    public static int shmctl(int id, int command, MemorySegment buffer) {
        MemorySegment state = CallState.current();
        try {
            return answer((int) SHMCTL.invokeExact(state, id, command, buffer), state);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
