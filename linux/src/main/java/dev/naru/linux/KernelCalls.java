package dev.naru.linux;

import dev.naru.linux.internal.BlockingCall;
import dev.naru.linux.internal.Constants;

/** What a call that waits in the kernel, without a descriptor, may answer beside its value and a negated errno. */
public final class KernelCalls {
    /** The deadline passed. */
    public static final long TIMED_OUT = BlockingCall.TIMED_OUT;

    private KernelCalls() {}

    /**
     * What such a call was refused for, as an exception.
     *
     * @param answer below 0, and not {@link #TIMED_OUT}
     * @param target what errors call the object
     */
    public static ErrnoException refusal(long answer, String call, String target) {
        return switch ((int) answer) {
            case BlockingCall.TOO_MANY ->
                ErrnoException.of(
                        Problem.TOO_MANY_WAITERS,
                        Constants.EAGAIN,
                        call,
                        target,
                        "limit " + BlockingCall.MOST_WAITERS,
                        "");
            case BlockingCall.NO_THREAD -> ErrnoException.of(Problem.NO_THREAD, target);
            default -> ErrnoException.of((int) -answer, call, target);
        };
    }
}
