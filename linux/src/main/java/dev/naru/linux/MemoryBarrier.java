package dev.naru.linux;

import dev.naru.linux.internal.BarrierCalls;
import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.Native;

/**
 * A full fence in other processes, made for them by the kernel: membarrier(2).
 *
 * <p>Where one side stores and looks very often, and the other seldom, each needs a fence between its store and its look. This
 * gives both fences to the seldom side: it calls {@link #everywhere}, and the other, once {@link #register registered}, makes
 * none.
 *
 * <p>The calls are MEMBARRIER_CMD_GLOBAL_EXPEDITED and its registration, of Linux 4.16. Thread-safe.
 */
public final class MemoryBarrier {
    private MemoryBarrier() {}

    /** Asked for once a process. */
    private static final class Registration {
        static final boolean DONE =
                Native.mayCall() && BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
    }

    /**
     * Lets the threads of this process take part in {@link #everywhere} of any process, from now on.
     *
     * @return false when the kernel lacks it, a filter forbids it, or this JVM forbids native access
     */
    public static boolean register() {
        return Registration.DONE;
    }

    /**
     * A full fence of this thread, and of every running thread of all registered processes. It interrupts their cores: a
     * few microseconds.
     *
     * @return false when the kernel lacks it or a filter forbids it: then it is none
     */
    public static boolean everywhere() {
        return BarrierCalls.membarrier(Constants.MEMBARRIER_CMD_GLOBAL_EXPEDITED);
    }
}
