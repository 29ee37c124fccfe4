package dev.naru.memory;

import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.memory.internal.LockLayout;
import dev.naru.memory.internal.Words;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/**
 * Waiting, under a {@link SharedLock}, until another process has changed what the lock guards: {@link SharedLock#condition}.
 *
 * <pre>{@code
 * ConditionOutcome outcome = SIGNALLED;
 * while (queue.isEmpty()) {
 *     if (filled.await() == OWNER_DIED) repair();
 * }
 * }</pre>
 *
 * <p>A wait may end though nobody has signalled, so what is waited for is looked at again in a loop. No signal is lost: who is
 * not woken by one, since the process that signals or the one that was woken was killed, looks 10 ms later at most. A waiter
 * also ends its wait when the owner of the lock has died.
 *
 * <p>Thread-safe. All calls are made by the owner of the lock. It is part of its lock, and has nothing to close. It makes no
 * garbage, and to signal when nobody waits is no system call.
 *
 * <p>The layout is {@code docs/layouts/sync.md}, the protocol {@code docs/protocol/README.md}, 12.
 */
public final class SharedCondition {
    private final SharedLock lock;
    private final MemorySegment memory;
    private final long at;

    SharedCondition(SharedLock lock, MemorySegment memory, long at) {
        this.lock = lock;
        this.memory = memory;
        this.at = at;
    }

    /**
     * Gives the lock back, waits until somebody signals, and takes the lock again. What it guards is whole meanwhile: repair it
     * first if this owner was told that the last one died.
     *
     * @throws InterruptedException when the thread was interrupted; it has the lock again, for which it waited without heeding
     *     the interrupt. When the lock came back with its owner dead, that is the answer, and the thread stays interrupted
     * @throws AsynchronousCloseException when another thread closed the lock meanwhile; this one does not have it
     * @throws IllegalMonitorStateException when this thread does not have the lock
     */
    public ConditionOutcome await() throws IOException, InterruptedException {
        return await(Poller.NEVER);
    }

    /** The same, for at most so long, and as long as the lock is somebody else's after it. */
    public ConditionOutcome await(Duration timeout) throws IOException, InterruptedException {
        return await(Poller.deadlineIn(timeout));
    }

    private ConditionOutcome await(long deadline) throws IOException, InterruptedException {
        lock.requireHeld();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        // The word changes under the lock alone, so no signal comes between this load and the unlock.
        long armed = Words.getOpaque(memory, at) | LockLayout.WAITED;
        Words.setOpaque(memory, at, armed);
        lock.unlock();
        boolean signalled = false;
        boolean interrupted = false;
        try {
            signalled = sleepUntilSignalled(armed, deadline);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        LockOutcome outcome = lockAgain(interrupted);
        if (outcome == LockOutcome.OWNER_DIED) {
            return ConditionOutcome.OWNER_DIED;
        }
        if (interrupted && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return signalled ? ConditionOutcome.SIGNALLED : ConditionOutcome.TIMED_OUT;
    }

    private boolean sleepUntilSignalled(long armed, long deadline) throws IOException, InterruptedException {
        try {
            lock.enter();
        } catch (ClosedChannelException _) {
            throw new AsynchronousCloseException();
        }
        try {
            while (LockLayout.signals(Words.getAcquire(memory, at)) == LockLayout.signals(armed)) {
                if (!lock.sleep(at, armed, deadline)) {
                    return false;
                }
                if (lock.isLeftByADeadOne()) {
                    return true; // he may have been about to signal
                }
            }
            return true;
        } finally {
            lock.leave();
        }
    }

    /** Whoever has waited comes back with the lock, unless it is closed. */
    private LockOutcome lockAgain(boolean wasInterrupted) throws IOException {
        boolean interrupted = wasInterrupted;
        try {
            while (true) {
                try {
                    return lock.lock();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } catch (ClosedChannelException _) {
            throw new AsynchronousCloseException();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Ends the wait of one who waits, if anybody does; others may look, too.
     *
     * @throws IllegalMonitorStateException when this thread does not have the lock
     */
    public void signal() {
        lock.requireHeld();
        long seen = Words.getOpaque(memory, at);
        if ((seen & LockLayout.WAITED) != 0) {
            // Counted first: whoever is about to sleep finds another word, and whoever sleeps for longer than a slice,
            // too.
            long next = LockLayout.signalledOnceMore(seen);
            Words.setRelease(memory, at, next | LockLayout.WAITED);
            if (Futex.wake(memory, at, 1) == 0) {
                Words.setOpaque(memory, at, next); // nobody sleeps
            }
        }
    }

    /** Ends the waits of all who wait. */
    public void signalAll() {
        lock.requireHeld();
        long seen = Words.getOpaque(memory, at);
        if ((seen & LockLayout.WAITED) != 0) {
            Words.setRelease(memory, at, LockLayout.signalledOnceMore(seen));
            int _ = Futex.wake(memory, at, Integer.MAX_VALUE);
        }
    }

    /** Whether somebody may be waiting for it. */
    public boolean isWaitedFor() {
        lock.requireHeld();
        return (Words.getOpaque(memory, at) & LockLayout.WAITED) != 0;
    }
}
