package dev.naru.linux.testing;

import java.util.concurrent.Callable;

/** Waits for an event by looking again and again. No clock ends it: the guard of the test does, by an interrupt. */
public final class Await {
    private Await() {}

    /**
     * Waits until it is so.
     *
     * @param what names it in the failure
     */
    @SuppressWarnings("ThreadPriorityCheck") // two cores: the other side shall get ours while we look
    public static void until(String what, Callable<Boolean> condition) {
        try {
            while (!condition.call()) {
                if (Thread.interrupted()) {
                    throw new AssertionError("still waited until " + what);
                }
                Thread.yield();
            }
        } catch (Exception broken) {
            throw new AssertionError("while waiting until " + what, broken);
        }
    }
}
