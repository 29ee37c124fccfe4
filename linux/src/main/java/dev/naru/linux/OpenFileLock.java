package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.LockCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Open-file-description locks on single bytes of a file (F_OFD_SETLK, fcntl(2)). The bytes need not exist: a lock may lie
 * far beyond the end of the file.
 *
 * <p>Such a lock belongs to the open file description and not to the process. The kernel drops it when the last descriptor
 * of that description is closed: at the latest when the process dies, however it dies, and only after the last store of
 * its threads. So a lock is a sign of life that needs no pid and crosses pid namespaces. A stopped process keeps it.
 *
 * <ul>
 *   <li>A description does not see its own locks: {@link #isLocked} tells of others.
 *   <li>A child that was forked, a duplicate, and a descriptor that was passed share the description and keep the lock.
 *   <li>Closing another description of the same file changes nothing, unlike with the locks of {@code FileChannel}.
 * </ul>
 *
 * <p>Thread-safe. Nothing is allocated by a call.
 */
public final class OpenFileLock {
    private static final short SEEK_SET = 0;
    private static final long TO_THE_END = 0;
    private static final long WHENCE = LockCalls.FLOCK_TYPE + Short.BYTES;

    private final Descriptor file;
    private final String target;

    /** Guarded by this object's monitor. */
    private final MemorySegment flock = Arena.ofAuto().allocate(LockCalls.SIZEOF_FLOCK, Long.BYTES);

    private OpenFileLock(Descriptor file, String target) {
        this.file = file;
        this.target = target;
    }

    /**
     * The locks of that open file description.
     *
     * @param file open for reading and writing, for as long as the locks are wanted; it stays the caller's
     * @param target what errors call it
     */
    public static OpenFileLock of(Descriptor file, String target) {
        return new OpenFileLock(file, target);
    }

    /**
     * Locks the byte, unless another description has it. Locking it twice succeeds and is one lock.
     *
     * @throws ErrnoException when the descriptor is not open for writing, or the file system has no locks
     */
    public synchronized boolean tryLock(long offset) throws ErrnoException {
        int answer = call(Constants.F_OFD_SETLK, Constants.F_WRLCK, offset);
        if (answer == -Constants.EAGAIN || answer == -Constants.EACCES) {
            return false;
        }
        int _ = check(answer, "fcntl(F_OFD_SETLK)");
        return true;
    }

    /** Unlocks the byte, whether it was locked or not. */
    public synchronized void unlock(long offset) throws ErrnoException {
        int _ = check(call(Constants.F_OFD_SETLK, Constants.F_UNLCK, offset), "fcntl(F_OFD_SETLK)");
    }

    /** Whether another description has the byte locked now. */
    public synchronized boolean isLocked(long offset) throws ErrnoException {
        int _ = check(call(Constants.F_OFD_GETLK, Constants.F_WRLCK, offset), "fcntl(F_OFD_GETLK)");
        return flock.get(ValueLayout.JAVA_SHORT, LockCalls.FLOCK_TYPE) != Constants.F_UNLCK;
    }

    /** Whether another description has that byte, or any behind it, locked now. */
    public synchronized boolean isAnyLockedFrom(long offset) throws ErrnoException {
        int _ = check(call(Constants.F_OFD_GETLK, Constants.F_WRLCK, offset, TO_THE_END), "fcntl(F_OFD_GETLK)");
        return flock.get(ValueLayout.JAVA_SHORT, LockCalls.FLOCK_TYPE) != Constants.F_UNLCK;
    }

    private int call(int command, short type, long offset) {
        return call(command, type, offset, 1);
    }

    private int call(int command, short type, long offset, long length) {
        flock.set(ValueLayout.JAVA_SHORT, LockCalls.FLOCK_TYPE, type);
        flock.set(ValueLayout.JAVA_SHORT, WHENCE, SEEK_SET); // all anew: F_OFD_GETLK has written what it found
        flock.set(ValueLayout.JAVA_LONG, LockCalls.FLOCK_START, offset);
        flock.set(ValueLayout.JAVA_LONG, LockCalls.FLOCK_LENGTH, length);
        flock.set(ValueLayout.JAVA_INT, LockCalls.FLOCK_PID, 0); // as these commands want it
        if (!file.enter()) {
            return -Constants.EBADF;
        }
        try {
            return LockCalls.fcntl(file.number(), command, flock);
        } finally {
            file.leave();
        }
    }

    private int check(int answer, String call) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, call, target);
        }
        return answer;
    }
}
