package dev.naru.memory;

import dev.naru.linux.MemoryBarrier;

/**
 * Fences in all threads of all processes, {@link MemoryBarrier#everywhere}, for those who cannot wait so long: a thread makes
 * one for all who asked before it, and ends when there is nothing to do. Thread-safe.
 */
final class LateBarrier {
    private static long asked;
    private static boolean running;

    private static volatile long made;

    private LateBarrier() {}

    /**
     * Asks for one that comes after all stores of this thread up to now.
     *
     * @return its number, above 0
     */
    static synchronized long ask() {
        asked++;
        if (!running) {
            try {
                Thread.ofPlatform().daemon().name("naru-barrier").start(LateBarrier::run);
                running = true;
            } catch (OutOfMemoryError _) {
                // No thread to be had now. The next who asks tries again; who waits for it looks again and again.
            }
        }
        return asked;
    }

    /** Whether it was made, before this call. */
    static boolean isMade(long number) {
        return made >= number;
    }

    private static void run() {
        for (long number = begin(); number != made; number = begin()) {
            // Refused by a filter that was set later: then a wake may be late once, by a slice.
            boolean _ = MemoryBarrier.everywhere();
            made = number;
        }
    }

    private static synchronized long begin() {
        running = asked != made;
        return asked;
    }
}
