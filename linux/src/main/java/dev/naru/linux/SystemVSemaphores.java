package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.KernelWait;
import dev.naru.linux.internal.SemaphoreCalls;
import dev.naru.linux.internal.SystemVCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.AsynchronousCloseException;
import java.util.List;
import java.util.Optional;

/**
 * System V semaphores (semget(2), semop(2)), which {@code ipcs -s} shows: sets, found by a key that their users agree on, known to
 * the kernel by their semid, which live until they are removed.
 *
 * <p>Thread-safe; nothing is open between calls. The operations answer a negated errno, or what {@link KernelCalls} names, and
 * make no garbage on a platform thread.
 */
public final class SystemVSemaphores {
    /** The bytes of one operation: its semaphore's number, what is added, and flags, 2 each. */
    public static final long OPERATION_SIZE = SemaphoreCalls.SIZEOF_OPERATION;

    /** The highest value (SEMVMX). */
    public static final int MOST_VALUE = 32_767;

    private static final int UNBORN = 0200;

    private SystemVSemaphores() {}

    /**
     * What the kernel tells of a set.
     *
     * @param key what it is found by; 0 for one that is private
     * @param id the semid
     * @param mode permission bits, 0777
     * @param count how many semaphores it has
     * @param owner the owner's uid
     * @param group the owner's gid
     * @param operated when semop(2) succeeded last, in seconds since 1970; 0 for never
     * @param changed when it was made or its settings changed, likewise
     */
    public record Status(int key, int id, int mode, int count, int owner, int group, long operated, long changed) {}

    /**
     * A semaphore of a set, at one moment.
     *
     * @param value how far it counts
     * @param lastUser the pid that operated on it last, in the caller's namespace; 0 for none
     * @param waiting how many wait for it to count further
     * @param waitingForZero how many wait for it to be 0
     */
    public record One(int value, int lastUser, int waiting, int waitingForZero) {}

    /**
     * A new set with those values: its semid. Empty when one has the key already.
     *
     * <p>It is born with its values, though semget(2) makes it with zeros: until they are set it can be told by its mode, by
     * {@link #isUnborn}, and may be removed by whoever finds it so, as its maker may have been killed. A maker that lives then
     * starts anew.
     *
     * @param key 0, IPC_PRIVATE, makes one that only its semid finds
     * @param mode permission bits; the umask does not thin them
     * @param values of each, 0 to {@value #MOST_VALUE}
     * @throws ErrnoException when the machine has all the semaphores it may
     */
    public static Optional<Integer> create(int key, int mode, int[] values) throws ErrnoException {
        while (true) {
            int id = SemaphoreCalls.semget(key, values.length, Constants.IPC_CREAT | Constants.IPC_EXCL | UNBORN);
            if (id == -Constants.EEXIST) {
                return Optional.empty();
            }
            if (id == -Constants.ENOSPC || id == -Constants.EINVAL) {
                throw ErrnoException.of(
                        Problem.SEMAPHORES_FULL,
                        -id,
                        "semget",
                        address(key),
                        Limits.kernel("kernel/sem"),
                        values.length + " semaphores");
            }
            SystemVObjects.check(id, "semget", address(key));
            if (bear(id, mode, values, address(key))) {
                return Optional.of(id);
            }
        }
    }

    /** Sets the values, by one operation, which shows in the set's time, and the mode; false when it was removed meanwhile. */
    private static boolean bear(int id, int mode, int[] values, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment operations = arena.allocate(values.length * OPERATION_SIZE, Short.BYTES);
            for (int i = 0; i < values.length; i++) {
                putOperation(operations, i, i, values[i], false, true);
            }
            long answer = SemaphoreCalls.semop(id, operations, values.length, 0, 0);
            if (answer == -Constants.E2BIG) { // more than one call operates on
                answer = setAll(id, values);
            }
            if (isGone(answer)) {
                return false;
            }
            SystemVObjects.check((int) answer, "semop", target);
            return settle(id, mode, target);
        }
    }

    private static boolean isGone(long answer) {
        return answer == -Constants.EIDRM || answer == -Constants.EINVAL;
    }

    /** Gives it the mode that it is to have; false when it has been removed. */
    public static boolean settle(int id, int mode, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SemaphoreCalls.SIZEOF_SEMID_DS, Long.BYTES);
            Optional<Status> found = listed(id, target);
            if (found.isEmpty()) {
                return false;
            }
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_UID, found.get().owner);
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_GID, found.get().group);
            status.set(ValueLayout.JAVA_INT, SystemVCalls.PERM_MODE, mode & SystemVObjects.PERMISSIONS);
            int answer = SemaphoreCalls.semctl(id, 0, Constants.IPC_SET, status.address());
            if (isGone(answer)) {
                return false;
            }
            SystemVObjects.check(answer, "semctl(IPC_SET)", target);
            return true;
        }
    }

    private static Optional<Status> listed(int id, String target) throws ErrnoException {
        try {
            return list().stream().filter(set -> set.id == id).findFirst();
        } catch (IOException unreadable) {
            throw ErrnoException.of(Problem.UNSUPPORTED, Constants.ENOSYS, "/proc/sysvipc/sem", target);
        }
    }

    /** The semid of the set that has the key; empty when none has. */
    public static Optional<Integer> find(int key) throws ErrnoException {
        int answer = key == Constants.IPC_PRIVATE ? -Constants.ENOENT : SemaphoreCalls.semget(key, 0, 0);
        return answer == -Constants.ENOENT
                ? Optional.empty()
                : Optional.of(SystemVObjects.check(answer, "semget", address(key)));
    }

    /** The address form of a key, as errors show it: {@code sem:0x6a01}. */
    public static String address(int key) {
        return "sem:0x" + Integer.toHexString(key);
    }

    /** What the kernel tells of it, of one that the caller may not read too; empty when it has been removed. */
    public static Optional<Status> status(int id) throws IOException {
        return list().stream().filter(set -> set.id == id).findFirst();
    }

    /** Whether its maker has not given it its values yet: see {@link #create}. */
    public static boolean isUnborn(Status set) {
        return set.mode == UNBORN && set.operated == 0;
    }

    /** Whether its maker has given it its values, and was killed before its mode. */
    public static boolean isUnsettled(Status set) {
        return set.mode == UNBORN && set.operated != 0;
    }

    /** All sets of this IPC namespace, as {@code ipcs -s} lists them, also those that the caller may not read. */
    public static List<Status> list() throws IOException {
        return SystemVObjects.list("sem", SystemVSemaphores::parse);
    }

    /** proc(5): key semid perms nsems uid gid cuid cgid otime ctime. */
    private static Status parse(String[] fields) {
        return new Status(
                Integer.parseInt(fields[0]),
                Integer.parseInt(fields[1]),
                Integer.parseInt(fields[2], 8) & SystemVObjects.PERMISSIONS,
                Integer.parseInt(fields[3]),
                Integer.parseUnsignedInt(fields[4]),
                Integer.parseUnsignedInt(fields[5]),
                Long.parseLong(fields[8]),
                Long.parseLong(fields[9]));
    }

    /**
     * One of the set's semaphores; empty when the set has been removed.
     *
     * @param number from 0
     * @param target what errors call it
     */
    public static Optional<One> one(int id, int number, String target) throws ErrnoException {
        int value = SemaphoreCalls.semctl(id, number, Constants.GETVAL, 0);
        int lastUser = SemaphoreCalls.semctl(id, number, Constants.GETPID, 0);
        int waiting = SemaphoreCalls.semctl(id, number, Constants.GETNCNT, 0);
        int waitingForZero = SemaphoreCalls.semctl(id, number, Constants.GETZCNT, 0);
        if (isGone(value) || isGone(lastUser) || isGone(waiting) || isGone(waitingForZero)) {
            return Optional.empty();
        }
        SystemVObjects.check(value, "semctl(GETVAL)", target);
        return Optional.of(new One(value, lastUser, waiting, waitingForZero));
    }

    /** The value of one: or a negated errno. */
    public static int value(int id, int number) {
        return SemaphoreCalls.semctl(id, number, Constants.GETVAL, 0);
    }

    /** Sets the value of one, whoever waits; undo of it is forgotten. A negated errno, or 0. */
    public static int setValue(int id, int number, int value) {
        return SemaphoreCalls.semctl(id, number, Constants.SETVAL, value);
    }

    private static int setAll(int id, int[] values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate((long) values.length * Short.BYTES, Short.BYTES);
            for (int i = 0; i < values.length; i++) {
                all.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) values[i]);
            }
            return SemaphoreCalls.semctl(id, 0, Constants.SETALL, all.address());
        }
    }

    /**
     * Removes it (IPC_RMID); who waits for it is told so (EIDRM).
     *
     * @param target what errors call it
     * @return false when it was removed already
     */
    public static boolean remove(int id, String target) throws ErrnoException {
        return SystemVObjects.removed(SemaphoreCalls.semctl(id, 0, Constants.IPC_RMID, 0), "semctl(IPC_RMID)", target);
    }

    /**
     * Writes one operation.
     *
     * @param index where in the array, from 0
     * @param number of the semaphore, from 0
     * @param delta above 0 adds, below 0 waits until so much can be taken, 0 waits for 0
     * @param undo whether the kernel takes it back when the process ends
     * @param now whether the whole array fails, with EAGAIN, when this one would wait
     */
    public static void putOperation(
            MemorySegment operations, int index, int number, int delta, boolean undo, boolean now) {
        long at = index * OPERATION_SIZE;
        int flags = (undo ? Constants.SEM_UNDO : 0) | (now ? Constants.IPC_NOWAIT : 0);
        operations.set(ValueLayout.JAVA_SHORT, at, (short) number);
        operations.set(ValueLayout.JAVA_SHORT, at + SemaphoreCalls.OPERATION, (short) delta);
        operations.set(ValueLayout.JAVA_SHORT, at + SemaphoreCalls.FLAGS, (short) flags);
    }

    /**
     * Does all operations at once, none of which waits, or none.
     *
     * @return 0, or a negated errno
     */
    public static long operate(int id, MemorySegment operations, int count) {
        return SemaphoreCalls.semop(id, operations, count, 0, 0);
    }

    /** The same, of which some may wait. */
    public static long operate(int id, MemorySegment operations, int count, long deadline, Sleepers sleepers)
            throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(SemaphoreCalls::semop, id, operations, count, 0, 0, deadline, sleepers.waiters());
    }
}
