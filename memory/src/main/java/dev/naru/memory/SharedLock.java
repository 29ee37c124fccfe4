package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.channels.Command;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Monitors;
import dev.naru.linux.Poller;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.Sleepers;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Member;
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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Mutual exclusion between the threads of all processes that open it, which survives the death of its owner: who comes next
 * is told that the state may be half changed, {@link LockOutcome#OWNER_DIED}, and repairs it.
 *
 * <pre>{@code
 * try (SharedLock lock = SharedLock.openOrCreate("/state")) {
 *     lock.run(() -> change(state), () -> repair(state));
 * }
 * }</pre>
 *
 * <p>Free, it costs one compare-and-set to lock and one exchange to unlock, no system call and no garbage. A waiter spins a
 * little, then sleeps in a futex, and ends when it is interrupted or the lock is closed.
 *
 * <p>An owner that was killed is known by its lock in the file, which the kernel drops: in milliseconds as a rule, and no
 * pid is looked at, so it works across pid namespaces. A slow or stopped owner is never robbed: use the forms that do not
 * wait for ever. A thread that ends in a section without unlocking leaves the lock held as long as its process lives;
 * {@link #run} cannot do that.
 *
 * <p>Not reentrant. Thread-safe; the thread that locked it unlocks it. {@link #close} by another thread ends all waits with
 * {@link AsynchronousCloseException}; an owner keeps the lock until it unlocks.
 *
 * <p>The layout is {@code docs/layouts/lock.md}, the protocol {@code docs/protocol/README.md}, 2.
 */
public final class SharedLock implements Closeable {
    private static final String SCHEME = "lock";
    private static final int OWNER_ONLY = 0600;

    /** About as long as a short section takes; a sleep and its wake cost a hundred times more. */
    private static final int SPINS = 100;

    private final Member member;
    private final boolean ownsMember;
    private final String target;
    private final long mine;

    /** Mapped as long as a thread can reach it: none finds it gone, whoever closes the lock meanwhile. */
    private final MemorySegment memory;

    /** Where the word is in it. */
    private final long at;

    /** Who of this process waits for the word: one at a time sleeps there, the others queue here. */
    private final ReentrantLock queue = new ReentrantLock();

    private final Sleepers sleepers = Sleepers.create();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * The id of the thread that has it; 0 for none. Plain: only the one that stored it here can find itself in it. A number,
     * since the garbage collector puts a fence after a reference that is stored.
     */
    private long holder;

    private SharedLock(Member member) throws IOException {
        this.member = member;
        this.ownsMember = true;
        this.target = member.target();
        this.at = LockLayout.WORD_AT;
        this.mine = LockLayout.ownedBy(member.id());
        try {
            this.memory = member.mapForGood();
        } catch (IOException | RuntimeException | Error failed) {
            member.close();
            throw failed;
        }
    }

    /** In a word of a file, among the members of that or another one; the member stays the caller's. */
    SharedLock(Member member, MemorySegment memory, long at, String target) {
        this.member = member;
        this.ownsMember = false;
        this.target = target;
        this.mine = LockLayout.ownedBy(member.id());
        this.memory = memory;
        this.at = at;
    }

    /**
     * A new lock of that name, for processes of this user.
     *
     * @param name a POSIX name, as {@code /state}: it lies in {@code /dev/shm/naru-lock.state}
     * @throws ErrnoException when there is one, or the kernel refuses
     */
    public static SharedLock create(String name) throws IOException {
        return create(Place.named(SCHEME, name), OWNER_ONLY);
    }

    /** The same in a file of any local file system. */
    public static SharedLock create(Path file) throws IOException {
        return create(Place.file(SCHEME, file), OWNER_ONLY);
    }

    static SharedLock create(Place place, int mode) throws IOException {
        return new SharedLock(SharedFile.create(place, mode, Kind.LOCK, LockLayout.SIZE, LockLayout.CONTENT));
    }

    /** The lock of that name, which must exist. */
    public static SharedLock open(String name) throws IOException {
        return open(Place.named(SCHEME, name));
    }

    /** The lock in that file, which must exist. */
    public static SharedLock open(Path file) throws IOException {
        return open(Place.file(SCHEME, file));
    }

    /** The lock behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static SharedLock open(Descriptor file) throws IOException {
        String target = SCHEME + ":" + file;
        return new SharedLock(SharedFile.open(file, target, Kind.LOCK, LockLayout.CONTENT));
    }

    private static SharedLock open(Place place) throws IOException {
        return new SharedLock(SharedFile.open(place, Kind.LOCK, LockLayout.CONTENT));
    }

    /** The lock of that name, made for processes of this user when there is none. */
    public static SharedLock openOrCreate(String name) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), OWNER_ONLY);
    }

    /** The same in a file. */
    public static SharedLock openOrCreate(Path file) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), OWNER_ONLY);
    }

    /**
     * The same, with who may open it.
     *
     * @param mode permission bits of a new one, such as 0660: who shares a lock needs to write it
     */
    public static SharedLock openOrCreate(String name, int mode) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), mode);
    }

    private static SharedLock openOrCreate(Place place, int mode) throws IOException {
        return new SharedLock(SharedFile.openOrCreate(place, mode, Kind.LOCK, LockLayout.SIZE, LockLayout.CONTENT));
    }

    /** The lock at that address, made with those permission bits when there is none. */
    public static SharedLock openOrCreate(Address.Lock address, int mode) throws IOException {
        return openOrCreate(Place.of(address), mode);
    }

    /** Makes a lock of an empty file that the caller has, such as a memfd; others {@link #open(Descriptor) open} it. */
    public static SharedLock createIn(Descriptor file) throws IOException {
        SharedFile.fill(file, SCHEME + ":" + file, Kind.LOCK, LockLayout.SIZE, LockLayout.CONTENT)
                .close();
        return open(file);
    }

    /**
     * A lock in a word of some other file, among the members of one that they all have open. So one sign of life serves many
     * locks. The word is 0 in a new file; whoever uses the file after a boot sets it to 0 before anybody locks.
     *
     * @param file the word's, open for reading and writing; it stays the caller's
     * @param offset of the word, in bytes, a multiple of 8
     * @param members who may have it; it stays open for longer than the lock
     * @param target what errors call the lock
     */
    public static SharedLock in(Descriptor file, long offset, Membership members, String target) throws ErrnoException {
        MemorySegment memory =
                SharedMapping.mapForGood(file, offset + Long.BYTES, SharedMapping.Options.WRITABLE, target);
        return new SharedLock(members.member(), memory, offset, target);
    }

    /** Takes the name away. Who has the lock open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        Place.named(SCHEME, name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** Removes what is at that address. */
    public static void remove(Address.Lock address) throws ErrnoException {
        Place.of(address).remove();
    }

    /**
     * Lets a child that is about to be started share this process's sign of life: the lock counts as held as long as
     * either lives, and so when this process is killed first, nobody enters the section that the child is in.
     *
     * @param number at which descriptor number the child has the lock's file; it need not know
     */
    public void shareLifeWith(Command child, int number) {
        member.giveTo(child, number);
    }

    /**
     * Waits until the lock is this thread's.
     *
     * @return {@link LockOutcome#ACQUIRED} or {@link LockOutcome#OWNER_DIED}
     * @throws InterruptedException when the thread was interrupted; it does not have the lock, which stays usable
     * @throws AsynchronousCloseException when another thread closed it meanwhile
     * @throws IllegalStateException when this thread has it already
     */
    public LockOutcome lock() throws IOException, InterruptedException {
        return lock(Poller.NEVER);
    }

    /** The same, for at most so long: {@link LockOutcome#TIMED_OUT} after it. */
    public LockOutcome lock(Duration timeout) throws IOException, InterruptedException {
        return tryFree() ? LockOutcome.ACQUIRED : lockSlowly(Poller.deadlineIn(timeout));
    }

    /** The same, until then. */
    LockOutcome lock(long deadline) throws IOException, InterruptedException {
        return tryFree() ? LockOutcome.ACQUIRED : lockSlowly(deadline);
    }

    /** Takes the lock unless somebody alive has it: then {@link LockOutcome#HELD}. Does not wait, nor heed an interrupt. */
    public LockOutcome tryLock() throws IOException {
        if (tryFree()) {
            return LockOutcome.ACQUIRED;
        }
        enter();
        try {
            while (true) {
                long seen = Words.getOpaque(memory, at);
                LockOutcome outcome = take(seen, mine, true);
                if (outcome != null) {
                    return outcome;
                }
                if (Words.getOpaque(memory, at) == seen) {
                    return LockOutcome.HELD;
                }
            }
        } finally {
            leave();
        }
    }

    /** The way of a lock that is free, and was left clean. */
    private boolean tryFree() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        // acquire: pairs with the release of unlock; and before the look at closed, which pairs with close()
        if (!Words.compareAndSet(memory, at, 0, mine)) {
            return false;
        }
        if (closed) {
            undo();
            throw new ClosedChannelException();
        }
        holder = Thread.currentThread().threadId();
        return true;
    }

    /** It was closed at the very moment when this thread locked it, and the id may be dead and robbed already. */
    private void undo() {
        long seen = Words.getOpaque(memory, at);
        while (LockLayout.owner(seen) == member.id()) {
            long found = Words.compareAndExchange(memory, at, seen, 0);
            if (found == seen) {
                wakeIfMarked(seen);
                break;
            }
            seen = found;
        }
        end();
    }

    private void wakeIfMarked(long old) {
        if ((old & LockLayout.WAITED) != 0) {
            int _ = Futex.wake(memory, at, 1);
        }
    }

    private LockOutcome lockSlowly(long deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (isHeldByThisThread()) {
            throw new IllegalStateException(target + ": this thread has it already; it is not reentrant");
        }
        enter();
        try {
            if (!queue.tryLock() && !awaitTurn(deadline)) {
                return LockOutcome.TIMED_OUT;
            }
            try {
                return acquire(deadline);
            } finally {
                queue.unlock();
            }
        } finally {
            leave();
        }
    }

    private boolean awaitTurn(long deadline) throws InterruptedException {
        if (deadline == Poller.NEVER) {
            queue.lockInterruptibly();
            return true;
        }
        return queue.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private LockOutcome acquire(long deadline) throws IOException, InterruptedException {
        long take = mine;
        int spins = SPINS;
        while (true) {
            if (closed) {
                throw new AsynchronousCloseException();
            }
            long seen = Words.getOpaque(memory, at);
            LockOutcome outcome = take(seen, take, spins == 0);
            if (outcome != null) {
                return outcome;
            }
            if (spins > 0) {
                spins--;
                Thread.onSpinWait();
                continue;
            }
            long waited = seen | LockLayout.WAITED;
            if (seen != waited && !Words.compareAndSet(memory, at, seen, waited)) {
                continue;
            }
            if (!sleep(at, waited, deadline)) {
                return LockOutcome.TIMED_OUT;
            }
            take = mine | LockLayout.WAITED; // others may sleep: only who has slept knows
        }
    }

    /**
     * One attempt.
     *
     * @param seen what the word was
     * @param take what it becomes
     * @param test whether a living owner is told from a dead one, which is a system call
     * @return null when it was in vain
     */
    private @Nullable LockOutcome take(long seen, long take, boolean test) throws ErrnoException {
        long owner = LockLayout.owner(seen);
        LockOutcome outcome = LockOutcome.ACQUIRED;
        if (owner != 0) {
            if (!test || member.isAlive(owner)) {
                return null;
            }
            VarHandle.acquireFence(); // all that the dead one stored was stored before its sign of life went
            outcome = LockOutcome.OWNER_DIED;
        } else if ((seen & LockLayout.DIRTY) != 0) {
            outcome = LockOutcome.OWNER_DIED;
        }
        long mark = seen & LockLayout.WAITED; // a dead one's sleepers are woken by our unlock, and not by their slices
        // From the very value that was tested. acquire: pairs with the release of unlock
        if (Words.compareAndExchangeAcquire(memory, at, seen, take | mark) != seen) {
            return null;
        }
        holder = Thread.currentThread().threadId();
        return outcome;
    }

    /**
     * Gives the lock back.
     *
     * @throws IllegalMonitorStateException when this thread does not have it
     */
    public void unlock() {
        release(0);
    }

    /** Gives the lock back, and tells whoever comes next that what it guards may be half changed. */
    public void unlockDirty() {
        release(LockLayout.DIRTY);
    }

    private void release(long to) {
        requireHeld();
        holder = 0;
        // One exchange: a waiter that marks itself between a load and a store would never be woken.
        wakeIfMarked(Words.getAndSet(memory, at, to));
        if (closed) { // while this thread had it: then the last one out ends the membership
            end();
        }
    }

    /**
     * Runs a section under the lock. If it throws, the lock is given back dirty.
     *
     * @param repair runs before it when the last owner died in its section, and again for the next one if this one dies
     */
    public void run(Runnable section, Runnable repair) throws IOException, InterruptedException {
        LockOutcome outcome = lock();
        boolean whole = false;
        try {
            if (outcome == LockOutcome.OWNER_DIED) {
                repair.run();
            }
            section.run();
            whole = true;
        } finally {
            release(whole ? 0 : LockLayout.DIRTY);
        }
    }

    /** Who has it now; {@link Identity#NOBODY} when it is free. */
    public Identity holder() throws IOException {
        enter();
        try {
            return member.identity(LockLayout.owner(Words.getAcquire(memory, at)));
        } finally {
            leave();
        }
    }

    /** Whether somebody may be waiting for it. */
    public boolean isWaitedFor() throws IOException {
        enter();
        try {
            return (Words.getAcquire(memory, at) & LockLayout.WAITED) != 0;
        } finally {
            leave();
        }
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed;
    }

    /**
     * Waiting, under this lock, for a change of what it guards. It is the same one for all who have the lock open.
     *
     * @param number 0 to 7: which of the lock's conditions
     * @throws IllegalStateException for a lock {@link #in in a word of another file}
     */
    public SharedCondition condition(int number) {
        if (!ownsMember) {
            throw new IllegalStateException(target + ": only a lock with a file of its own has conditions");
        }
        return new SharedCondition(
                this, memory, LockLayout.conditionAt(Objects.checkIndex(number, LockLayout.CONDITIONS)));
    }

    boolean isHeldByThisThread() {
        return holder == Thread.currentThread().threadId();
    }

    void requireHeld() {
        if (!isHeldByThisThread()) {
            throw new IllegalMonitorStateException(target + ": this thread does not have it");
        }
    }

    /** {@link Slices#sleep}, until this is closed. */
    boolean sleep(long word, long seen, long deadline) throws IOException, InterruptedException {
        return Slices.sleep(memory, word, seen, deadline, sleepers);
    }

    /** Whether its last owner died, and nobody has followed yet. */
    boolean isLeftByADeadOne() throws ErrnoException {
        long seen = Words.getAcquire(memory, at);
        long owner = LockLayout.owner(seen);
        return owner == 0 ? (seen & LockLayout.DIRTY) != 0 : !member.isAlive(owner);
    }

    /** From here to {@link #leave} the member stays. */
    void enter() throws ClosedChannelException {
        int _ = waiting.incrementAndGet();
        if (closed) {
            leave();
            throw new ClosedChannelException();
        }
    }

    void leave() {
        if (waiting.decrementAndGet() == 0 && closed) {
            synchronized (waiting) {
                waiting.notifyAll();
            }
        }
    }

    /**
     * Ends the use of it here; the lock itself stays. A thread that has it keeps it until it unlocks. Idempotent; any
     * thread may call it.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        sleepers.close();
        // They leave at once. Without spinning: virtual threads that close may have all carriers.
        Monitors.awaitUninterruptibly(waiting, () -> waiting.get() == 0);
        VarHandle.fullFence(); // pairs with the exchanges of who locks and unlocks, each before a look at closed
        boolean held = false;
        try {
            held = LockLayout.owner(Words.getAcquire(memory, at)) == member.id();
        } finally {
            if (!held) {
                end();
            }
        }
    }

    private void end() {
        if (ownsMember && ended.compareAndSet(false, true)) {
            member.close();
        }
    }
}
