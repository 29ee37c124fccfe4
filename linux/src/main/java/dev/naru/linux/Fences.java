package dev.naru.linux;

import java.lang.invoke.VarHandle;

/**
 * The two fences between threads of this process that store and look very often, and one that does so seldom, and makes both:
 * {@link MemoryBarrier#inThisProcess}.
 *
 * <p>Thread-safe.
 */
public final class Fences {
    private static final boolean MADE_BY_THE_SELDOM = MemoryBarrier.isInThisProcess();

    private Fences() {}

    /** Of the side that stores and looks often. */
    public static void often() {
        if (MADE_BY_THE_SELDOM) {
            VarHandle.releaseFence(); // for the compiler, which may put a load before a store of another word
        } else {
            VarHandle.fullFence();
        }
    }

    /** Of the side that does so seldom. Pairs with {@link #often}. */
    public static void seldom() {
        if (!MemoryBarrier.inThisProcess()) {
            VarHandle.fullFence();
        }
    }
}
