package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.ReadWriteLockLayout;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Many readers or one writer, among the threads of all processes that open it. A killed reader holds up nobody. When a writer
 * dies, who comes next, reader or writer, is told that the state may be half changed, {@link LockOutcome#OWNER_DIED}, and is
 * alone with it until it has unlocked: so it can repair.
 *
 * <pre>{@code
 * try (SharedReadWriteLock lock = SharedReadWriteLock.openOrCreate("/table")) {
 *     lock.read(() -> look(table), () -> repair(table));
 *     lock.write(() -> change(table), () -> repair(table));
 * }
 * }</pre>
 *
 * <p>Where no writer is, a reader pays a compare-and-set to come and one to go, in a line of its own: no system call, no
 * garbage, and readers do not slow each other down. A writer looks at the rows of all readers. It goes first: when it
 * waits for readers to leave, no new one comes in. Who waits spins a little, then sleeps in a futex, and ends when it is
 * interrupted or the lock is closed.
 *
 * <p>A slow or stopped reader or writer is never robbed: use the forms that do not wait for ever. At most 256 threads read at
 * once, of all processes: one more gets {@link Problem#PLACES_TAKEN}.
 *
 * <p>Not reentrant, and a reader does not become a writer. Thread-safe; the thread that locked it unlocks it. {@link #close}
 * by another thread ends all waits with {@link AsynchronousCloseException}; who has it keeps it until it unlocks.
 *
 * <p>The layout is {@code docs/layouts/sync.md}, the protocol {@code docs/protocol/README.md}, 12.
 */
public final class SharedReadWriteLock implements Closeable {
    private static final String SCHEME = "rwlock";
    private static final int OWNER_ONLY = 0600;
    private static final int ROWS = ReadWriteLockLayout.ROWS;
    private static final int NONE = -1;

    /** About as long as a short section takes. */
    private static final int SPINS = 100;

    private final Opened opened;
    private final MemorySegment memory;
    private final SharedLock writers;
    private final String target;
    private final long mine;

    /**
     * The id of the thread of this process that has a row; 0 for none. Plain: only the one that stored it can find itself in it.
     */
    private final long[] readers = new long[ROWS];

    private SharedReadWriteLock(Member member) throws IOException {
        this.opened = new Opened(member);
        this.memory = opened.memory();
        this.target = member.target();
        this.mine = LockLayout.ownedBy(member.id());
        this.writers = new SharedLock(member, memory, ReadWriteLockLayout.WORD_AT, target);
    }

    /**
     * A new read-write lock of that name, for processes of this user.
     *
     * @param name a POSIX name, as {@code /table}: it lies in {@code /dev/shm/naru-rwlock.table}
     * @throws ErrnoException when there is one, or the kernel refuses
     */
    public static SharedReadWriteLock create(String name) throws IOException {
        return create(Place.named(SCHEME, name));
    }

    /** The same in a file of any local file system. */
    public static SharedReadWriteLock create(Path file) throws IOException {
        return create(Place.file(SCHEME, file));
    }

    private static SharedReadWriteLock create(Place place) throws IOException {
        return new SharedReadWriteLock(SharedFile.create(
                place, OWNER_ONLY, Kind.READ_WRITE_LOCK, ReadWriteLockLayout.SIZE, ReadWriteLockLayout.CONTENT));
    }

    /** The read-write lock of that name, which must exist. */
    public static SharedReadWriteLock open(String name) throws IOException {
        return open(Place.named(SCHEME, name));
    }

    /** The read-write lock in that file, which must exist. */
    public static SharedReadWriteLock open(Path file) throws IOException {
        return open(Place.file(SCHEME, file));
    }

    /** The read-write lock behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static SharedReadWriteLock open(Descriptor file) throws IOException {
        return new SharedReadWriteLock(
                SharedFile.open(file, SCHEME + ":" + file, Kind.READ_WRITE_LOCK, ReadWriteLockLayout.CONTENT));
    }

    private static SharedReadWriteLock open(Place place) throws IOException {
        return new SharedReadWriteLock(SharedFile.open(place, Kind.READ_WRITE_LOCK, ReadWriteLockLayout.CONTENT));
    }

    /** The read-write lock of that name, made for processes of this user when there is none. */
    public static SharedReadWriteLock openOrCreate(String name) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), OWNER_ONLY);
    }

    /** The same in a file. */
    public static SharedReadWriteLock openOrCreate(Path file) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), OWNER_ONLY);
    }

    /** The read-write lock at that address, made with those permission bits when there is none. */
    public static SharedReadWriteLock openOrCreate(Address.ReadWriteLock address, int mode) throws IOException {
        return openOrCreate(Place.of(address), mode);
    }

    private static SharedReadWriteLock openOrCreate(Place place, int mode) throws IOException {
        return new SharedReadWriteLock(SharedFile.openOrCreate(
                place, mode, Kind.READ_WRITE_LOCK, ReadWriteLockLayout.SIZE, ReadWriteLockLayout.CONTENT));
    }

    /** Makes a read-write lock of an empty file that the caller has, such as a memfd; others {@link #open(Descriptor) open} it. */
    public static SharedReadWriteLock createIn(Descriptor file) throws IOException {
        SharedFile.fill(
                        file,
                        SCHEME + ":" + file,
                        Kind.READ_WRITE_LOCK,
                        ReadWriteLockLayout.SIZE,
                        ReadWriteLockLayout.CONTENT)
                .close();
        return open(file);
    }

    /** Takes the name away. Who has the read-write lock open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        Place.named(SCHEME, name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** Removes what is at that address. */
    public static void remove(Address.ReadWriteLock address) throws ErrnoException {
        Place.of(address).remove();
    }

    /**
     * Waits until no writer has it, and reads beside other readers.
     *
     * @return {@link LockOutcome#ACQUIRED}, or {@link LockOutcome#OWNER_DIED}: then this thread is alone, repairs, reads, and
     *     unlocks; if the repair fails, {@link #unlockDirty}
     * @throws InterruptedException when the thread was interrupted; it does not have the lock, which stays usable
     * @throws AsynchronousCloseException when another thread closed it meanwhile
     * @throws IllegalStateException when this thread has it already, as far as that is noticed
     * @throws ErrnoException when as many read as may
     */
    public LockOutcome lockRead() throws IOException, InterruptedException {
        return tryShare() ? LockOutcome.ACQUIRED : readSlowly(Poller.NEVER);
    }

    /** The same, for at most so long: {@link LockOutcome#TIMED_OUT} after it. */
    public LockOutcome lockRead(Duration timeout) throws IOException, InterruptedException {
        return tryShare() ? LockOutcome.ACQUIRED : readSlowly(Poller.deadlineIn(timeout));
    }

    /**
     * Reads unless somebody alive writes, waits to write, or has waited to read and is just coming in: then
     * {@link LockOutcome#HELD}. Does not wait, nor heed an interrupt.
     */
    public LockOutcome tryLockRead() throws IOException {
        if (tryShare()) {
            return LockOutcome.ACQUIRED;
        }
        LockOutcome outcome = tryTakeWord();
        return switch (outcome) {
            case ACQUIRED -> share();
            case OWNER_DIED -> tryAlone(outcome);
            case TIMED_OUT, HELD -> outcome;
        };
    }

    /**
     * Waits until nobody else has it, and is alone.
     *
     * @return {@link LockOutcome#ACQUIRED}, or {@link LockOutcome#OWNER_DIED}: repair first
     * @throws InterruptedException when the thread was interrupted; it does not have the lock, which stays usable
     * @throws AsynchronousCloseException when another thread closed it meanwhile
     * @throws IllegalStateException when this thread has it already
     */
    public LockOutcome lockWrite() throws IOException, InterruptedException {
        return writeUntil(Poller.NEVER);
    }

    /** The same, for at most so long: {@link LockOutcome#TIMED_OUT} after it. */
    public LockOutcome lockWrite(Duration timeout) throws IOException, InterruptedException {
        return writeUntil(Poller.deadlineIn(timeout));
    }

    /** Writes unless somebody alive has it: then {@link LockOutcome#HELD}. Does not wait, nor heed an interrupt. */
    public LockOutcome tryLockWrite() throws IOException {
        LockOutcome outcome = tryTakeWord();
        return outcome.isTaken() ? tryAlone(outcome) : outcome;
    }

    /** The way of a reader where no writer is: its row first, then a look for writers. */
    private boolean tryShare() throws IOException {
        opened.requireOpen();
        if (isWritten()) {
            return false;
        }
        int row = takeRow();
        // Pairs with the fence of a writer that has taken the word and looks at the rows, and with the one of close
        VarHandle.fullFence();
        if (opened.isClosed()) {
            leaveRow(row);
            endIfUnused();
            throw new ClosedChannelException();
        }
        if (isWritten()) {
            leaveRow(row);
            return false;
        }
        return true;
    }

    private boolean isWritten() {
        // acquire: pairs with the exchange of the writer that has unlocked
        return (Words.getAcquire(memory, ReadWriteLockLayout.WORD_AT) & ~LockLayout.WAITED) != 0;
    }

    private LockOutcome readSlowly(long deadline) throws IOException, InterruptedException {
        requireNoReader();
        LockOutcome outcome = takeWord(deadline);
        return switch (outcome) {
            case ACQUIRED -> share();
            case OWNER_DIED -> alone(outcome, deadline); // there may be readers who came before the dead one
            case TIMED_OUT, HELD -> outcome;
        };
    }

    /** A reader with the lock of the writers changes over to a row: no writer is inside, and none comes meanwhile. */
    private LockOutcome share() throws ErrnoException {
        try {
            int _ = takeRow();
        } finally {
            writers.unlock();
            endIfClosed();
        }
        return LockOutcome.ACQUIRED;
    }

    /** Closed at the very moment when this thread had taken it, the closer may have found it used: then this thread is the last one out. */
    private LockOutcome takeWord(long deadline) throws IOException, InterruptedException {
        try {
            return writers.lock(deadline);
        } catch (ClosedChannelException closed) {
            endIfClosed();
            throw closed;
        }
    }

    private LockOutcome tryTakeWord() throws IOException {
        try {
            return writers.tryLock();
        } catch (ClosedChannelException closed) {
            endIfClosed();
            throw closed;
        }
    }

    private LockOutcome writeUntil(long deadline) throws IOException, InterruptedException {
        LockOutcome outcome = takeWord(deadline);
        return outcome.isTaken() ? alone(outcome, deadline) : outcome;
    }

    /** Waits, with the lock of the writers, until the last reader has left. */
    private LockOutcome alone(LockOutcome outcome, long deadline) throws IOException, InterruptedException {
        boolean isAlone = false;
        try {
            VarHandle.fullFence(); // pairs with the one of a reader that has taken a row and looks at the word
            int row = 0;
            while (row < ROWS && (isFree(row) || awaitRow(row, deadline))) {
                row++;
            }
            isAlone = row == ROWS;
        } finally {
            if (!isAlone) {
                giveBack(outcome);
            }
        }
        return isAlone ? outcome : LockOutcome.TIMED_OUT;
    }

    private boolean isFree(int row) {
        // acquire: pairs with the compare-and-set of the reader that has left
        return Words.getAcquire(memory, ReadWriteLockLayout.rowAt(row)) == 0;
    }

    private LockOutcome tryAlone(LockOutcome outcome) throws IOException {
        boolean isAlone = false;
        try {
            VarHandle.fullFence(); // as in alone()
            int row = 0;
            while (row < ROWS && !isTaken(row)) {
                row++;
            }
            isAlone = row == ROWS;
        } finally {
            if (!isAlone) {
                giveBack(outcome);
            }
        }
        return isAlone ? outcome : LockOutcome.HELD;
    }

    /** Whether a living reader has that row; a dead one's is made free. */
    private boolean isTaken(int row) throws ErrnoException {
        long at = ReadWriteLockLayout.rowAt(row);
        while (true) {
            long seen = Words.getAcquire(memory, at);
            if (seen == 0) {
                return false;
            }
            if (opened.member().isAlive(LockLayout.owner(seen))) {
                return true;
            }
            boolean _ = Words.compareAndSet(memory, at, seen, 0); // from the very value that was tested
        }
    }

    /** False when the time is over. */
    private boolean awaitRow(int row, long deadline) throws IOException, InterruptedException {
        if (readers[row] == Thread.currentThread().threadId()) {
            throw new IllegalStateException(target + ": this thread reads; a reader does not become a writer");
        }
        opened.enter();
        try {
            long at = ReadWriteLockLayout.rowAt(row);
            for (int spins = SPINS; spins > 0 && Words.getAcquire(memory, at) != 0; spins--) {
                Thread.onSpinWait();
            }
            while (isTaken(row)) {
                long seen = Words.getOpaque(memory, at);
                long waited = seen | LockLayout.WAITED;
                boolean marked = seen == waited || (seen != 0 && Words.compareAndSet(memory, at, seen, waited));
                if (marked && !opened.sleep(at, waited, deadline)) {
                    return false;
                }
            }
            return true;
        } finally {
            opened.leave();
        }
    }

    /** Who gives up leaves what a dead writer has left to the next. */
    private void giveBack(LockOutcome outcome) {
        if (outcome == LockOutcome.OWNER_DIED) {
            writers.unlockDirty();
        } else {
            writers.unlock();
        }
        endIfClosed();
    }

    private static int first() {
        return (int) Thread.currentThread().threadId() & (ROWS - 1);
    }

    /** A row for this thread: a free one, or else one of the dead. */
    private int takeRow() throws ErrnoException {
        int first = first();
        for (boolean tests = false; ; tests = true) {
            for (int i = 0; i < ROWS; i++) {
                int row = (first + i) & (ROWS - 1);
                long at = ReadWriteLockLayout.rowAt(row);
                boolean free = Words.getOpaque(memory, at) == 0 || (tests && !isTaken(row));
                if (free && Words.compareAndSet(memory, at, 0, mine)) {
                    readers[row] = Thread.currentThread().threadId();
                    return row;
                }
            }
            if (tests) {
                throw ErrnoException.of(
                        Problem.PLACES_TAKEN, Errno.EAGAIN.number(), "lockRead", target, ROWS + " threads read", "");
            }
        }
    }

    private int rowOfThisThread() {
        long thread = Thread.currentThread().threadId();
        int first = first();
        for (int i = 0; i < ROWS; i++) {
            int row = (first + i) & (ROWS - 1);
            if (readers[row] == thread) {
                return row;
            }
        }
        return NONE;
    }

    private void requireNoReader() {
        if (rowOfThisThread() != NONE) {
            throw new IllegalStateException(target + ": this thread has it already; it is not reentrant");
        }
    }

    /** When it was closed at the very moment, the id may be dead, and the row somebody else's already. */
    private void leaveRow(int row) {
        readers[row] = 0;
        long at = ReadWriteLockLayout.rowAt(row);
        long seen = Words.getOpaque(memory, at);
        while (LockLayout.owner(seen) == LockLayout.owner(mine)) {
            long found = Words.compareAndExchange(memory, at, seen, 0);
            if (found == seen) {
                if ((seen & LockLayout.WAITED) != 0) {
                    int _ = Futex.wake(memory, at, 1); // one writer at most is there
                }
                return;
            }
            seen = found;
        }
    }

    /**
     * Gives back what this thread has, as a reader or alone.
     *
     * @throws IllegalMonitorStateException when it does not have it
     */
    public void unlock() {
        if (writers.isHeldByThisThread()) {
            writers.unlock();
        } else {
            int row = rowOfThisThread();
            if (row == NONE) {
                writers.requireHeld();
            }
            leaveRow(row);
        }
        endIfClosed();
    }

    /**
     * Gives it back, and tells whoever comes next that what it guards may be half changed.
     *
     * @throws IllegalMonitorStateException when this thread is not alone with it
     */
    public void unlockDirty() {
        writers.unlockDirty();
        endIfClosed();
    }

    /**
     * Reads beside other readers.
     *
     * @param repair runs before it, and alone, when the last writer died, and again for the next one if this one dies
     */
    public void read(Runnable section, Runnable repair) throws IOException, InterruptedException {
        boolean whole = lockRead() == LockOutcome.ACQUIRED;
        try {
            if (!whole) {
                repair.run();
                whole = true;
            }
            section.run();
        } finally {
            unlock(whole);
        }
    }

    /**
     * Writes alone. If the section throws, the lock is given back dirty.
     *
     * @param repair runs before it when the last writer died, and again for the next one if this one dies
     */
    public void write(Runnable section, Runnable repair) throws IOException, InterruptedException {
        LockOutcome outcome = lockWrite();
        boolean whole = false;
        try {
            if (outcome == LockOutcome.OWNER_DIED) {
                repair.run();
            }
            section.run();
            whole = true;
        } finally {
            unlock(whole);
        }
    }

    private void unlock(boolean whole) {
        if (whole) {
            unlock();
        } else {
            unlockDirty();
        }
    }

    /** Who writes now, or waits for the readers to leave; {@link Identity#NOBODY} when nobody does. */
    public Identity writer() throws IOException {
        return writers.holder();
    }

    /** Who reads now, once for each thread. */
    public List<Identity> readers() throws IOException {
        opened.enter();
        try {
            List<Identity> found = new ArrayList<>();
            for (int row = 0; row < ROWS; row++) {
                long seen = Words.getAcquire(memory, ReadWriteLockLayout.rowAt(row));
                if (seen != 0) {
                    found.add(opened.member().identity(LockLayout.owner(seen)));
                }
            }
            return found;
        } finally {
            opened.leave();
        }
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !opened.isClosed();
    }

    /**
     * Ends the use of it here; the lock itself stays. A thread that has it keeps it until it unlocks. Idempotent; any thread
     * may call it.
     */
    @Override
    public void close() throws IOException {
        opened.close();
        writers.close();
        endIfUnused();
    }

    private void endIfClosed() {
        if (opened.isClosed()) {
            endIfUnused();
        }
    }

    /** The last one out ends the membership. */
    private void endIfUnused() {
        VarHandle.fullFence(); // pairs with the exchanges of who locks and unlocks, each before a look at closed
        long id = LockLayout.owner(mine);
        boolean used = LockLayout.owner(Words.getAcquire(memory, ReadWriteLockLayout.WORD_AT)) == id;
        for (int row = 0; row < ROWS && !used; row++) {
            used = LockLayout.owner(Words.getAcquire(memory, ReadWriteLockLayout.rowAt(row))) == id;
        }
        if (!used) {
            opened.end();
        }
    }
}
