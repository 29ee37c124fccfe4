package dev.naru.memory;

import dev.naru.linux.MemoryBarrier;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * What an end of a ring says to the other in a word beside its role: that it does not sleep. Then the other needs no look for a
 * sleeper after each message, nor the fence before that look: {@code docs/layouts/ring.md}, Sleepless.
 *
 * <p>Before it sleeps it takes the word back. Who saw it just before may have a store on its way, and will not look. So a fence
 * is made in all processes, in the background since that takes long; until it is made, this end looks again often.
 *
 * <p>Of an end that has just taken its role, and used by its thread.
 */
final class Sleepless {
    private static final long SLEEPS = 0;
    private static final long AWAKE = 1;

    /** It sleeps, but somebody may have seen that it does not. Whoever takes the role next sees that a fence is owed. */
    private static final long WITHDRAWN = 2;

    /** After so many messages without a sleep, many more are to be expected: a fence is not owed for every few of them. */
    private static final int MANY = 1 << 14;

    private static final boolean CAN_WITHDRAW = MemoryBarrier.isEverywhere();

    private static final long NONE = 0;

    private final MemorySegment memory;
    private final long own;
    private final boolean spins;

    private boolean says;
    private long sinceSleep;

    /** The barrier that is owed. */
    private long owed = NONE;

    /** {@code own} is where its word stands. */
    Sleepless(MemorySegment memory, long own, Waiting policy) {
        this.memory = memory;
        this.own = own;
        this.spins = CAN_WITHDRAW && policy.spinNanos() > 0;
        if (spins && policy.spinNanos() == Long.MAX_VALUE) {
            say();
        } else if (Words.getOpaque(memory, own) != SLEEPS) {
            withdraw(); // what the one before said
        }
    }

    private void say() {
        says = true;
        Words.setOpaque(memory, own, AWAKE);
    }

    private void withdraw() {
        says = false;
        Words.setOpaque(memory, own, WITHDRAWN);
        owed = LateBarrier.ask();
    }

    /** After so many messages. */
    void worked(int messages) {
        if (!says && spins) {
            sinceSleep += messages;
            if (sinceSleep >= MANY) {
                say();
            }
        }
    }

    /** Before each arming, and the look after it. */
    void beforeArming() {
        sinceSleep = 0;
        if (says) {
            withdraw();
        } else if (owed != NONE && LateBarrier.isMade(owed)) {
            owed = NONE;
            Words.setOpaque(memory, own, SLEEPS);
        }
    }

    /** Whether a message may have come that nobody wakes for. The look after a {@link #beforeArming} that ends this finds it. */
    boolean isOwedBarrier() {
        return owed != NONE;
    }

    /**
     * Between a store and the look for a sleeper, whose word stands at that offset: the fence, where there is one to look for.
     *
     * @return false when there is none
     */
    static boolean fenceForSleeper(MemorySegment memory, long theirs) {
        VarHandle.releaseFence(); // for the compiler alone: the store first, then the load
        if (Words.getOpaque(memory, theirs) == AWAKE) {
            return false;
        }
        VarHandle.fullFence();
        return true;
    }
}
