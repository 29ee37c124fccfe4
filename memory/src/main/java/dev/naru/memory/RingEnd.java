package dev.naru.memory;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.Sleepers;
import dev.naru.memory.internal.Member;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One end of a ring: used by one thread at a time, closed by any. It waits for the other end, and closes without disturbing
 * the thread that uses it.
 *
 * <p>The end has a mapping of its own. Closing unmaps it first: from then on the thread that uses it finds the memory gone,
 * and cannot store into a lane that the next owner has taken. Only then is the role given back.
 */
abstract sealed class RingEnd implements Closeable permits RingWriter, BroadcastWriter, ReceivingEnd {
    /** A sleeper looks again after so long: whoever was to wake it may have been killed first. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int LOOKS = 64;

    final Member member;
    final MemorySegment memory;

    /** What the futex is compared with; set by {@link #arm}. */
    int expected;

    private final SharedMapping mapping;
    private final long role;
    private final Waiting policy;
    private final Consumer<RingEnd> whenClosed;
    private final Sleepers sleepers = Sleepers.create();
    private final Object closing = new Object();
    private volatile boolean closed;
    private volatile boolean asleep;

    /** Takes over the role, which is the member's already; it is given back when this fails. */
    RingEnd(Member member, long role, Waiting policy, Consumer<RingEnd> whenClosed) throws ErrnoException {
        this.member = member;
        this.role = role;
        this.policy = policy;
        this.whenClosed = whenClosed;
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

    /** The word to sleep on. */
    abstract long futex();

    /** Whether {@link #close} was not called yet. */
    public final boolean isOpen() {
        return !closed;
    }

    /**
     * Waits by the policy.
     *
     * @return false when the deadline passed
     */
    final boolean await(long deadline) throws IOException, InterruptedException {
        try {
            if (spin(deadline)) {
                return true;
            }
            while (!isReady()) {
                if (closed) {
                    throw new AsynchronousCloseException();
                }
                if (Poller.isOver(deadline)) {
                    return false;
                }
                sleep(deadline);
            }
            return true;
        } catch (IllegalStateException gone) {
            throw closedMeanwhile(gone);
        }
    }

    /** What an access threw: the memory is gone since another thread has closed this end, or it is a defect. */
    final AsynchronousCloseException closedMeanwhile(IllegalStateException thrown) {
        if (closed) {
            return new AsynchronousCloseException();
        }
        throw thrown;
    }

    private boolean spin(long deadline) throws InterruptedException {
        long most = policy.spinNanos();
        if (most == 0) {
            return isReady();
        }
        boolean virtual = Thread.currentThread().isVirtual();
        long begin = System.nanoTime();
        while (!closed) {
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
        asleep = true; // before the look at closed: close() does it the other way round
        try {
            if (closed || !arm()) {
                return;
            }
            long now = System.nanoTime();
            long left = deadline == Poller.NEVER ? SLICE_NANOS : Math.min(SLICE_NANOS, deadline - now);
            if (Futex.await(memory, futex(), expected, now + left, sleepers) == Futex.Outcome.INTERRUPTED) {
                boolean _ = Thread.interrupted();
                throw new InterruptedException();
            }
        } finally {
            asleep = false;
        }
    }

    /** Ends the use of this end, and of what it waits for. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        synchronized (closing) { // a second closer waits for the first: the member may be closed next
            if (closed) {
                return;
            }
            closed = true;
            sleepers.close();
            awaitAwake();
            mapping.close();
            member.release(role);
            whenClosed.accept(this);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // it leaves at once: the sleepers are closed
    private void awaitAwake() {
        while (asleep) {
            Thread.yield();
        }
    }
}
