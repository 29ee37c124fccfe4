package dev.naru.memory;

import dev.naru.linux.MemoryBarrier;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * What an end of a ring says to the other in a word beside its role: that it does not sleep. Then the other needs no look for a
 * sleeper after each message, nor the fence before that look: {@code docs/layouts/ring.md}, Sleepless.
 *
 * <p>Before it sleeps it takes the word back. Who saw it just before may have a store on its way, and will not look. So this end
 * owes a fence in all processes, made in the background since that takes long; while it owes one it looks again often.
 *
 * <p>Used by the thread that uses the end.
 */
final class Sleepless {
    private static final long SLEEPS = 0;
    private static final long AWAKE = 1;

    /** It sleeps, but somebody may have seen that it does not. Whoever takes the role next sees that a fence is owed. */
    private static final long TAKEN_BACK = 2;

    /** After so many messages without a sleep, many more are to be expected: a fence is not owed for every few of them. */
    private static final int MANY = 1 << 14;

    private static final boolean HAS_BARRIER = MemoryBarrier.isEverywhere();

    private final MemorySegment memory;
    private final long own;
    private final Waiting policy;
    private final LateBarrier barriers;

    private boolean says;
    private long sinceSleep;
    private boolean owes;

    /** Of the fence that is owed, once it was asked for. */
    private long number = LateBarrier.NONE;

    /** {@code own} is where its word stands. */
    Sleepless(MemorySegment memory, long own, Waiting policy) {
        this(memory, own, policy, LateBarrier.OF_THIS_PROCESS);
    }

    Sleepless(MemorySegment memory, long own, Waiting policy, LateBarrier barriers) {
        this.memory = memory;
        this.own = own;
        this.policy = policy;
        this.barriers = barriers;
    }

    /** Of an end that has just taken its role: says it at once, or takes back what the one before said. */
    void takeOver() {
        if (mayPromise() && policy.spinNanos() == Long.MAX_VALUE) {
            say();
        } else if (Words.getOpaque(memory, own) != SLEEPS) {
            takeBack();
        }
    }

    private boolean mayPromise() {
        return HAS_BARRIER && policy.spinNanos() > 0 && !barriers.isRefused();
    }

    private void say() {
        says = true;
        Words.setOpaque(memory, own, AWAKE);
    }

    private void takeBack() {
        says = false;
        owes = true;
        number = LateBarrier.NONE;
        Words.setOpaque(memory, own, TAKEN_BACK);
    }

    /** After so many messages. */
    void worked(int messages) {
        if (!says) {
            sinceSleep += messages;
            if (sinceSleep >= MANY && mayPromise()) {
                say();
            }
        }
    }

    /** Before each arming, and the look after it: when it ends what is owed, that look finds whatever nobody woke for. */
    void beforeArming() {
        sinceSleep = 0;
        if (says) {
            takeBack();
        } else if (owes && number != LateBarrier.NONE && barriers.isMade(number)) {
            owes = false;
            Words.setOpaque(memory, own, SLEEPS);
        }
    }

    /** After each arming: asks for what is owed. When that fails, the next time does. */
    void afterArming() {
        if (owes && number == LateBarrier.NONE) {
            number = barriers.ask();
        }
    }

    /** Whether a message may come, for now, that nobody wakes for. */
    boolean owes() {
        return owes;
    }

    /**
     * Between a store and the look for a sleeper, whose word stands at that offset: the fence, where there is one to look for.
     *
     * @return false when there is none
     */
    static boolean mayBeAsleep(MemorySegment memory, long theirs) {
        VarHandle.releaseFence(); // for the compiler alone: the store first, then the load
        if (Words.getOpaque(memory, theirs) == AWAKE) {
            return false;
        }
        VarHandle.fullFence();
        return true;
    }
}
