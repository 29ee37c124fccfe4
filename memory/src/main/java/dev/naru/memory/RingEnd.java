package dev.naru.memory;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Fences;
import dev.naru.linux.Futex;
import dev.naru.linux.Monitors;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.Sleepers;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One end of a ring: used by one thread at a time, closed by any. It waits for the other end, and closes without disturbing
 * the thread that uses it.
 *
 * <p>Nobody takes the memory away from under a thread, nor gives its role to another process, while it is at work. A use
 * begins with a store that says so and a look at {@link #closed}, and ends alike; {@link #close} stores that word and looks
 * for a use. So at least one of the two sees the other, and the last one out ends it all. The fences between store and look
 * are both made by who closes, since closing is rare: {@link Fences}.
 *
 * <p>A wait is over at once. A claim and a handler are the user's, and may last: the role stays theirs until then.
 */
abstract sealed class RingEnd implements Closeable permits SendingEnd, ReceivingEnd {
    /** A sleeper looks again after so long: whoever was to wake it may have been killed first. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The same while {@link Sleepless} is owed a barrier, which takes some tens of milliseconds. */
    private static final long SHORT_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int LOOKS = 64;

    /** Nobody is at work. */
    private static final long NOBODY = 0;

    /** Code of ours is at work, which is soon done. Else the thread of that id, with code of the user's. */
    private static final long OURS = -1;

    private static final VarHandle USER;

    static {
        try {
            USER = MethodHandles.lookup().findVarHandle(RingEnd.class, "user", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    final Member member;
    final MemorySegment memory;

    /** What the futex is compared with; set by {@link #arm}. */
    int expected;

    private final SharedMapping mapping;
    private final long role;
    private final Waiting policy;
    private final Consumer<RingEnd> whenEnded;
    private final Sleepers sleepers = Sleepers.create();
    private volatile boolean closed;

    /** Ends one wait, that of now or the next. */
    private volatile boolean wakeUp;

    /** Who is at work. */
    @SuppressWarnings("unused") // by its handle
    private long user;

    private final Object ending = new Object();

    /** Guarded by {@link #ending}. */
    private boolean ended;

    /** Of a role that is the member's already; it is given back when this fails. */
    RingEnd(Member member, long role, Waiting policy, Consumer<RingEnd> whenEnded) throws ErrnoException {
        this.member = member;
        this.role = role;
        this.policy = policy;
        this.whenEnded = whenEnded;
        try {
            this.mapping = member.mapAgain();
        } catch (ErrnoException | RuntimeException | Error failed) {
            member.release(role);
            throw failed;
        }
        this.memory = mapping.segment();
    }

    /** What is told of words that no end of ours leaves. */
    final ErrnoException damaged(String found) {
        return ErrnoException.of(
                Problem.WRONG_KIND,
                Errno.EINVAL.number(),
                "open",
                member.target(),
                "a sound ring",
                "damaged, " + found);
    }

    /** Goes on where the former owner of the role was. The role is given back when this fails. */
    void takeOver() throws ErrnoException {}

    /** Whether what is waited for is there. */
    abstract boolean isReady();

    /** Tells the other end that this one is about to sleep; false when it need not any more. */
    abstract boolean arm();

    /** After {@link #arm}: whether what is waited for may come without a wake, for a while. */
    boolean looksOften() {
        return false;
    }

    /** The word to sleep on. */
    abstract long futex();

    /** Whether {@link #close} was not called yet. */
    public final boolean isOpen() {
        return !closed;
    }

    /** Begins a use in which code of the user's runs. False when this is closed: then nothing has begun. */
    final boolean enter() {
        return enter(Thread.currentThread().threadId());
    }

    /** Begins a use that is soon over. False when this is closed: then nothing has begun. */
    final boolean enterBriefly() {
        return enter(OURS);
    }

    private boolean enter(long who) {
        USER.setOpaque(this, who);
        Fences.often(); // pairs with close
        if (closed) {
            leave();
            return false;
        }
        return true;
    }

    /** Ends the use; when it was closed meanwhile, all of it. */
    final void leave() {
        USER.setRelease(this, NOBODY);
        Fences.often(); // pairs with close
        if (closed) {
            end();
        }
    }

    /**
     * Waits by the policy.
     *
     * @return false when the deadline passed, or {@link #endWait} was called
     */
    final boolean await(long deadline) throws IOException, InterruptedException {
        if (!enterBriefly()) {
            throw new AsynchronousCloseException();
        }
        try {
            if (spin(deadline)) {
                return true;
            }
            while (!isReady()) {
                if (closed) {
                    throw new AsynchronousCloseException();
                }
                if (wakeUp || Poller.isOver(deadline)) {
                    wakeUp = false;
                    return false;
                }
                sleep(deadline);
            }
            return true;
        } finally {
            leave();
        }
    }

    private boolean spin(long deadline) throws InterruptedException {
        long most = policy.spinNanos();
        if (most == 0) {
            return isReady();
        }
        boolean virtual = Thread.currentThread().isVirtual();
        long begin = System.nanoTime();
        while (!closed && !wakeUp) {
            for (int look = 0; look < LOOKS; look++) {
                if (isReady()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (Poller.isOver(deadline) || System.nanoTime() - begin >= most) {
                return false;
            }
            if (virtual) {
                giveWay();
            }
        }
        return false;
    }

    @SuppressWarnings("ThreadPriorityCheck") // whoever is waited for may need this carrier
    private static void giveWay() {
        Thread.yield();
    }

    private void sleep(long deadline) throws IOException, InterruptedException {
        if (!arm() || wakeUp) { // read after the word that the kernel compares: pairs with endWait
            return;
        }
        long now = System.nanoTime();
        long slice = looksOften() ? SHORT_SLICE_NANOS : SLICE_NANOS;
        long left = deadline == Poller.NEVER ? slice : Math.min(slice, deadline - now);
        if (Futex.await(memory, futex(), expected, now + left, sleepers) == Futex.Outcome.INTERRUPTED) {
            boolean _ = Thread.interrupted();
            throw new InterruptedException();
        }
    }

    /** Ends the wait of another thread, or the next one: any thread may call it. It changes the word that is slept on. */
    final void endWait() {
        wakeUp = true;
        try {
            long _ = Words.getAndAdd(memory, futex(), 1);
            int _ = Futex.wake(memory, futex(), Integer.MAX_VALUE);
        } catch (IllegalStateException closedMeanwhile) {
            // nobody waits any more
        }
    }

    /** Whether this thread is at work here, with code of the user's. */
    final boolean isUsedByThisThread() {
        return (long) USER.getOpaque(this) == Thread.currentThread().threadId();
    }

    /**
     * Ends the use of this end, and of what it waits for. Idempotent; any thread may call it. A claim that another thread
     * has may still be committed, and a handler that runs comes to its end: the role is given back after it.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        sleepers.close();
        Fences.seldom(); // pairs with enter and leave
        // Code of ours that is at work sees it, and ends all. Without spinning: virtual threads that close may have all
        // carriers.
        Monitors.awaitUninterruptibly(ending, () -> ended || (long) USER.getAcquire(this) != OURS);
        if ((long) USER.getAcquire(this) == NOBODY) {
            end();
        }
    }

    /** Unmaps the memory first: a store by whoever kept it by mistake cannot reach the next owner of the role. */
    private void end() {
        synchronized (ending) { // a second one waits for the first
            try {
                if (!ended) {
                    mapping.close();
                    ended = true;
                    giveBack();
                }
            } finally {
                ending.notifyAll();
            }
        }
        whenEnded.accept(this);
    }

    private void giveBack() {
        try {
            member.release(role);
        } catch (InternalError _) {
            // Somebody has cut the file: there is no role to give back. Now, or in the next access, as the JVM likes.
        }
    }
}
