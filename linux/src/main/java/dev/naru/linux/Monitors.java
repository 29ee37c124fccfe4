package dev.naru.linux;

import java.util.function.BooleanSupplier;

/** Waiting in a monitor. Thread-safe. */
public final class Monitors {
    /** A waiter looks again after so long, whatever became of the one that was to notify it. */
    private static final long SLICE_MILLIS = 100;

    private Monitors() {}

    /** Waits until something is over, which whoever ends it tells by {@link Object#notifyAll}. An interrupt ends no wait, and is kept. */
    public static void awaitUninterruptibly(Object monitor, BooleanSupplier over) {
        boolean interrupted = false;
        synchronized (monitor) {
            while (!over.getAsBoolean()) {
                try {
                    monitor.wait(SLICE_MILLIS);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
