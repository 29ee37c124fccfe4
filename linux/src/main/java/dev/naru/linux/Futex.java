package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FutexCalls;
import dev.naru.linux.internal.FutexHub;
import dev.naru.linux.internal.FutexParker;
import dev.naru.linux.internal.Native;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * futex(2) on a 32-bit word in memory that processes share: sleeping until somebody wakes the word, and waking it.
 *
 * <p>A platform thread sleeps in the kernel itself, in futex_waitv(2), on that word and on one of its own, so that an
 * interrupt and a close end its wait at once; a virtual thread leaves its carrier, and one shared thread sleeps for many.
 * Neither polls, except where the kernel lacks futex_waitv (before Linux 5.16, or forbidden by a filter): there a wait
 * looks around every 10 ms.
 *
 * <p>The operations are the plain ones and not those of a single process: sleepers and wakers may be in different
 * processes, and the word must lie in a shared mapping. A wake is a hint: whoever was woken looks at the word again.
 *
 * <p>Only the kernel looks at the word here. A word that is gone, since its file was cut or its arena closed, ends a wait
 * with {@link Outcome#WOKEN} when the wait begins or somebody looks again, and whoever then loads it meets the fault. A cut
 * alone wakes nobody: a wait that shall notice one has a deadline.
 *
 * <p>Thread-safe. On the path of platform threads nothing is allocated.
 */
public final class Futex {
    /** Whether futex_waitv is used; a test turns it off. */
    static volatile boolean vectored = Native.mayCall() && FutexCalls.hasWaitVector();

    private Futex() {}

    /** Why a wait ended. */
    public enum Outcome {
        /** Look again: the word was woken, has another value, is gone, or the kernel had a reason of its own. */
        WOKEN,
        /** The deadline has passed. */
        TIMED_OUT,
        /** The thread was interrupted; its status is still set. */
        INTERRUPTED,
        /** The sleepers were closed by another thread. */
        CLOSED
    }

    /**
     * Sleeps as long as the word has the expected value, which the kernel compares before it lets the thread sleep.
     *
     * @param memory alive until this call is over: who closes the arena closes the sleepers first, and waits for them
     * @param offset of the word, in bytes; its address is a multiple of 4
     * @param deadline in the time of {@link System#nanoTime}, or {@link Poller#NEVER}
     * @param sleepers what ends the wait when it is closed
     * @throws ErrnoException for a virtual thread on a kernel without futex_waitv, when 1024 words are waited for
     */
    public static Outcome await(MemorySegment memory, long offset, int expected, long deadline, Sleepers sleepers)
            throws ErrnoException {
        long address = address(memory, offset);
        try {
            return Thread.currentThread().isVirtual()
                    ? awaitVirtual(address, expected, deadline, sleepers)
                    : awaitPlatform(address, expected, deadline, sleepers);
        } finally {
            Reference.reachabilityFence(memory); // the address alone keeps no memory
        }
    }

    /**
     * A word that somebody waits for.
     *
     * @param memory alive until the wait is over
     * @param offset of the word, in bytes; its address is a multiple of 4
     * @param expected its value as long as nothing has happened
     */
    public record Word(MemorySegment memory, long offset, int expected) {}

    /**
     * Sleeps as long as each of the words has its expected value. It goes through the thread that sleeps for virtual threads,
     * also when the caller is none: one more switch of threads than {@link #await}, but any number of words.
     *
     * @param words at least one
     * @throws ErrnoException when more words are waited for than threads can be had for them
     */
    public static Outcome awaitAny(List<Word> words, long deadline, Sleepers sleepers) throws ErrnoException {
        List<FutexHub.Sleeper> waiters = new ArrayList<>(words.size());
        for (Word word : words) {
            waiters.add(new FutexHub.Sleeper(address(word.memory, word.offset), word.expected));
        }
        List<FutexHub> hubs = new ArrayList<>(words.size());
        FutexHub.Sleeper first = waiters.getFirst(); // any of them wakes this thread
        if (!sleepers.add(first)) {
            return Outcome.CLOSED;
        }
        try {
            for (FutexHub.Sleeper waiter : waiters) {
                hubs.add(register(waiter));
            }
            return parkAny(waiters, deadline, sleepers);
        } finally {
            for (int i = 0; i < hubs.size(); i++) {
                hubs.get(i).deregister(waiters.get(i));
            }
            sleepers.remove(first);
            Reference.reachabilityFence(words);
        }
    }

    private static Outcome parkAny(List<FutexHub.Sleeper> waiters, long deadline, Sleepers sleepers) {
        while (true) {
            if (!sleepers.isOpen()) {
                return Outcome.CLOSED;
            }
            if (waiters.stream().anyMatch(waiter -> waiter.isWoken() || waiter.hasChanged())) {
                return Outcome.WOKEN;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Outcome.INTERRUPTED;
            }
            long left = left(deadline);
            if (left <= 0) {
                return Outcome.TIMED_OUT;
            }
            LockSupport.parkNanos(waiters, left);
        }
    }

    /**
     * Wakes sleepers of the word, in whatever process they are.
     *
     * @param offset of the word, in bytes; its address is a multiple of 4
     * @param most how many at most; {@link Integer#MAX_VALUE} for all
     * @return how many the kernel woke. Virtual threads of one process that wait for one word count as one, and all wake
     */
    public static int wake(MemorySegment memory, long offset, int most) {
        try {
            return Math.max(0, FutexCalls.wake(address(memory, offset), most));
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private static long address(MemorySegment memory, long offset) {
        long address = memory.address() + Objects.checkFromIndexSize(offset, Integer.BYTES, memory.byteSize());
        if ((address & (Integer.BYTES - 1)) != 0) {
            throw new IllegalArgumentException("a futex is aligned to 4 bytes: offset " + offset);
        }
        return address;
    }

    private static Outcome awaitPlatform(long address, int expected, long deadline, Sleepers sleepers) {
        FutexParker parker = FutexParker.take();
        try {
            if (!sleepers.add(parker)) {
                return Outcome.CLOSED;
            }
            parker.arm();
            try {
                return vectored
                        ? sleep(parker, address, expected, deadline, sleepers)
                        : sleepInSlices(parker, address, expected, deadline, sleepers);
            } finally {
                parker.disarm();
                sleepers.remove(parker);
            }
        } finally {
            parker.release();
        }
    }

    /** Sleeps once: the kernel compares both words first, so whatever came before is not lost. */
    private static Outcome sleep(FutexParker parker, long address, int expected, long deadline, Sleepers sleepers) {
        boolean over = left(deadline) <= 0;
        boolean woken = !over && parker.park(address, expected, deadline);
        return passOn(woken, outcome(woken, address, expected, deadline, sleepers), address);
    }

    private static Outcome sleepInSlices(
            FutexParker parker, long address, int expected, long deadline, Sleepers sleepers) {
        while (true) {
            long slice = Math.min(left(deadline), FutexHub.SLICE_NANOS);
            boolean woken = slice > 0 && parker.parkSlice(address, expected, slice);
            Outcome outcome = outcome(woken, address, expected, deadline, sleepers);
            boolean nothingHappened = outcome == Outcome.WOKEN && !woken && FutexCalls.has(address, expected);
            if (!nothingHappened) {
                return passOn(woken, outcome, address);
            }
        }
    }

    private static Outcome outcome(boolean woken, long address, int expected, long deadline, Sleepers sleepers) {
        if (!sleepers.isOpen()) {
            return Outcome.CLOSED;
        }
        if (Thread.currentThread().isInterrupted()) {
            return Outcome.INTERRUPTED;
        }
        boolean late = !woken && left(deadline) <= 0 && FutexCalls.has(address, expected);
        return late ? Outcome.TIMED_OUT : Outcome.WOKEN;
    }

    /** A wake was meant for one who goes on: who gives up hands it to the next. */
    private static Outcome passOn(boolean woken, Outcome outcome, long address) {
        if (woken && outcome != Outcome.WOKEN) {
            int _ = FutexCalls.wake(address, 1);
        }
        return outcome;
    }

    private static Outcome awaitVirtual(long address, int expected, long deadline, Sleepers sleepers)
            throws ErrnoException {
        FutexHub.Sleeper sleeper = new FutexHub.Sleeper(address, expected);
        if (!sleepers.add(sleeper)) {
            return Outcome.CLOSED;
        }
        try {
            FutexHub hub = register(sleeper);
            Outcome outcome;
            try {
                outcome = park(sleeper, address, expected, deadline, sleepers);
            } finally {
                hub.deregister(sleeper);
            }
            return passOn(sleeper.isWoken(), outcome, address);
        } finally {
            sleepers.remove(sleeper);
        }
    }

    private static FutexHub register(FutexHub.Sleeper sleeper) throws ErrnoException {
        FutexHub hub = FutexHub.register(sleeper, vectored);
        if (hub == null) {
            throw ErrnoException.of(
                    Problem.TOO_MANY_SLEEPERS,
                    Constants.EAGAIN,
                    "futex",
                    "virtual threads",
                    "limit " + FutexHub.MOST_HUBS,
                    "");
        }
        return hub;
    }

    private static Outcome park(
            FutexHub.Sleeper sleeper, long address, int expected, long deadline, Sleepers sleepers) {
        while (true) {
            boolean woken = sleeper.isWoken();
            Outcome outcome = outcome(woken, address, expected, deadline, sleepers);
            if (outcome != Outcome.WOKEN || woken || !FutexCalls.has(address, expected)) {
                return outcome;
            }
            if (deadline == Poller.NEVER) {
                LockSupport.park(sleeper);
            } else {
                LockSupport.parkNanos(sleeper, left(deadline));
            }
        }
    }

    private static long left(long deadline) {
        return deadline == Poller.NEVER ? Poller.NEVER : deadline - System.nanoTime();
    }
}
