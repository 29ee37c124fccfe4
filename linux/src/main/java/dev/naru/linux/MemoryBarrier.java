package dev.naru.linux;

import dev.naru.linux.internal.BarrierCalls;
import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.Native;

/**
 * A full fence in other threads, made for them by the kernel: membarrier(2).
 *
 * <p>Where one side stores and looks very often, and the other seldom, each needs a fence between its store and its look. This
 * gives both fences to the seldom side, and the other makes none.
 *
 * <p>MEMBARRIER_CMD_GLOBAL_EXPEDITED, which would be as quick in other processes as {@link #inThisProcess} is here, is left
 * out on purpose: it loses barriers. {@code docs/decisions/0017}.
 *
 * <p>Thread-safe.
 */
public final class MemoryBarrier {
    private MemoryBarrier() {}

    /** Asked for once a process. */
    private static final class Registration {
        static final boolean DONE =
                Native.mayCall() && BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
    }

    /** Asked for once a process. */
    private static final class Reach {
        static final boolean ALL = Native.mayCall()
                && (BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_QUERY) & Constants.MEMBARRIER_CMD_GLOBAL) != 0;
    }

    /**
     * Whether {@link #inThisProcess} is there. It registers this process, which it needs.
     *
     * @return false when the kernel lacks it (before Linux 4.14), a filter forbids it, or this JVM forbids native access
     */
    public static boolean isInThisProcess() {
        return Registration.DONE;
    }

    /**
     * A full fence of every thread of this process, MEMBARRIER_CMD_PRIVATE_EXPEDITED: it interrupts the cores on which they
     * run, and takes some microseconds.
     *
     * @return false when there is {@linkplain #isInThisProcess no such call}, or it was forbidden later: then it is none
     */
    public static boolean inThisProcess() {
        return Registration.DONE && BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0;
    }

    /**
     * Whether {@link #everywhere} is there.
     *
     * @return false when the kernel lacks it (before Linux 4.3, or with cores that have no tick: nohz_full), a filter forbids
     *     it, or this JVM forbids native access
     */
    public static boolean isEverywhere() {
        return Reach.ALL;
    }

    /**
     * A full fence of every thread of every process, MEMBARRIER_CMD_GLOBAL. It interrupts nobody, but waits until each core
     * has come through the kernel: some tens of milliseconds, in which a virtual thread keeps its carrier.
     *
     * @return false when there is {@linkplain #isEverywhere no such call}: then it is none
     */
    public static boolean everywhere() {
        return Reach.ALL && BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_GLOBAL) == 0;
    }
}
