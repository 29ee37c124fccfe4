package dev.naru.memory;

import dev.naru.linux.MemoryBarrier;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The fences of an end of a ring: one between a store and the look for a sleeper, with each message, and one between arming
 * and the last look, before each sleep. An end that seldom sleeps makes both at the second place, by {@link MemoryBarrier},
 * and promises so in the ring: {@code docs/layouts/ring.md}, Barriers.
 */
final class Fences {
    private static final boolean REGISTERED = MemoryBarrier.register();

    private static final long PROMISED = 1;

    private final MemorySegment memory;
    private final boolean promises;

    /** Of an end that has just taken its role; {@code own} is where its promise stands. */
    Fences(MemorySegment memory, long own, Waiting policy) {
        this.memory = memory;
        this.promises = REGISTERED && policy.spinNanos() > 0;
        Words.setOpaque(memory, own, promises ? PROMISED : 0);
        if (!promises) {
            boolean _ = MemoryBarrier.everywhere(); // from now on nobody relies on a promise of the ends before
        }
    }

    /** Between a store and the look for a sleeper, whose promise stands at that offset. */
    void afterStore(long theirs) {
        if (Words.getOpaque(memory, theirs) == PROMISED) {
            often();
        } else {
            VarHandle.fullFence();
        }
    }

    /** Of the side that stores and looks often: the processor's fence is made by the other, {@link #seldom}. */
    static void often() {
        if (REGISTERED) {
            VarHandle.releaseFence(); // for the compiler, which may put a load before a store of another word
        } else {
            VarHandle.fullFence();
        }
    }

    /** Of the side that does so seldom. Pairs with {@link #often}. */
    static void seldom() {
        if (!REGISTERED || !MemoryBarrier.everywhere()) {
            VarHandle.fullFence();
        }
    }

    /** Between arming and the last look. */
    void afterArming() {
        if (promises) {
            seldom();
        } else {
            VarHandle.fullFence();
        }
    }
}
