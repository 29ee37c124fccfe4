package dev.naru.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Parks a platform thread in futex_waitv(2) on a shared word and on a word of its own, through which {@code close} and
 * {@link Thread#interrupt} reach it: they store there and wake, and the kernel compares the word before it lets anybody
 * sleep. So no signal is needed, and nothing is lost in between.
 *
 * <p>Parkers are kept in a small pool; a wait makes no garbage.
 */
public final class FutexParker extends Waiter {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    /** A power of two. */
    private static final int POOL_SIZE = 64;

    private static final AtomicReferenceArray<@Nullable FutexParker> POOL = new AtomicReferenceArray<>(POOL_SIZE);

    // Two struct futex_waitv, a struct timespec, and the word of its own, on cache lines that no other parker has. Of
    // two words that are woken the kernel names the last: the shared one, whose wake must not be lost.
    private static final long OWN_WAIT = 0;
    private static final long SHARED_WAIT = FutexCalls.SIZEOF_WAIT;
    private static final long TIME = 2 * FutexCalls.SIZEOF_WAIT;
    private static final long OWN_WORD = TIME + Timespec.SIZEOF;
    private static final long SIZEOF = 128;

    private final MemorySegment memory = Arena.ofAuto().allocate(SIZEOF, SIZEOF);
    private final MemorySegment time = memory.asSlice(TIME, Timespec.SIZEOF);
    private final long ownWord = memory.address() + OWN_WORD;
    private final InterruptHook hook = new InterruptHook(this);

    private FutexParker() {
        memory.set(ValueLayout.JAVA_INT, SHARED_WAIT + FutexCalls.WAIT_FLAGS, Constants.FUTEX2_SIZE_U32);
        memory.set(ValueLayout.JAVA_LONG, OWN_WAIT + FutexCalls.WAIT_ADDRESS, ownWord);
        memory.set(
                ValueLayout.JAVA_INT,
                OWN_WAIT + FutexCalls.WAIT_FLAGS,
                Constants.FUTEX2_SIZE_U32 | Constants.FUTEX2_PRIVATE);
    }

    /** An idle parker, or a new one. */
    public static FutexParker take() {
        FutexParker idle = POOL.getAndSet(slot(), null);
        FutexParker parker = idle != null ? idle : new FutexParker();
        INT.setVolatile(parker.memory, OWN_WORD, 0);
        return parker;
    }

    /** Gives it back. */
    public void release() {
        var _ = POOL.compareAndSet(slot(), null, this); // else the collector's
    }

    private static int slot() {
        return (int) Thread.currentThread().threadId() & (POOL_SIZE - 1);
    }

    /** From here to {@link #disarm}, an interrupt of the calling thread wakes it. */
    public void arm() {
        hook.arm();
    }

    /** Ends what {@link #arm} began. */
    public void disarm() {
        hook.disarm();
    }

    /**
     * Sleeps until the word is woken or has another value, {@link #wake} was called since {@link #take}, or the time is
     * over.
     *
     * @param deadline in the time of {@link System#nanoTime}, which is CLOCK_MONOTONIC; {@link Long#MAX_VALUE} for ever
     * @return whether somebody woke the word
     */
    public boolean park(long address, int expected, long deadline) {
        memory.set(ValueLayout.JAVA_LONG, SHARED_WAIT + FutexCalls.WAIT_VALUE, Integer.toUnsignedLong(expected));
        memory.set(ValueLayout.JAVA_LONG, SHARED_WAIT + FutexCalls.WAIT_ADDRESS, address);
        MemorySegment until = MemorySegment.NULL;
        if (deadline != Long.MAX_VALUE) {
            Timespec.set(time, deadline);
            until = time;
        }
        return FutexCalls.waitv(memory, 2, until) == 1;
    }

    /** The same where the kernel takes one word only: for so many nanoseconds, and {@link #wake} does not end it. */
    public boolean parkSlice(long address, int expected, long nanos) {
        Timespec.set(time, nanos);
        return FutexCalls.wait(address, expected, time);
    }

    /**
     * {@inheritDoc} An interrupt calls this also after the sleeper has gone on: then the next user of this parker looks
     * once for nothing.
     */
    @Override
    public void wake() {
        INT.setVolatile(memory, OWN_WORD, 1);
        try {
            int _ = FutexCalls.wakePrivate(ownWord, 1);
        } finally {
            Reference.reachabilityFence(this); // the address alone keeps no memory
        }
    }
}
