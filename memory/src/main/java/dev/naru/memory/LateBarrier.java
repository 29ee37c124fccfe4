package dev.naru.memory;

import dev.naru.linux.MemoryBarrier;
import java.util.function.BooleanSupplier;

/**
 * Fences in all threads of all processes, {@link MemoryBarrier#everywhere}, for those who cannot wait so long: a thread makes
 * one for all who asked before it, and ends when there is nothing to do. Thread-safe.
 */
class LateBarrier {
    /** All ends of a process share one, so that it waits for the kernel once for all of them. */
    static final LateBarrier OF_THIS_PROCESS = new LateBarrier(MemoryBarrier::everywhere);

    /** No number of a barrier. */
    static final long NONE = 0;

    private final BooleanSupplier barrier;

    private long asked;
    private boolean running;

    private volatile long made;
    private volatile boolean refused;

    LateBarrier(BooleanSupplier barrier) {
        this.barrier = barrier;
    }

    /**
     * Asks for one that comes after all stores of this thread up to now.
     *
     * @return its number; {@link #NONE} when there is no thread to be had
     */
    synchronized long ask() {
        if (!running) {
            try {
                // Without the inheritable values of the caller: their code is the user's, and this is no place for it.
                var _ = Thread.ofPlatform()
                        .daemon()
                        .name("naru-barrier")
                        .inheritInheritableThreadLocals(false)
                        .start(this::run);
            } catch (OutOfMemoryError _) {
                return NONE;
            }
            running = true;
        }
        return ++asked;
    }

    /** Whether it was made, before this call. */
    boolean isMade(long number) {
        return made >= number;
    }

    /** Whether the kernel has refused one, by a filter that was set later. Then a wake may have been late, by a slice. */
    boolean isRefused() {
        return refused;
    }

    private void run() {
        try {
            for (long number = next(); number != made; number = next()) {
                if (!barrier.getAsBoolean()) {
                    refused = true;
                }
                made = number;
            }
        } catch (RuntimeException | Error failed) {
            stop();
            throw failed;
        }
    }

    /** The last that was asked for. */
    private synchronized long next() {
        running = asked != made;
        return asked;
    }

    /** When it ends by an error, the next who asks starts another. */
    private synchronized void stop() {
        running = false;
    }
}
