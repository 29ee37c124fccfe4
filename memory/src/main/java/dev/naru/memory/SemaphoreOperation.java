package dev.naru.memory;

/**
 * What is done to one semaphore of a {@link SemaphoreSet}, together with others or not at all.
 *
 * @param number of the semaphore, from 0
 * @param delta above 0 gives so many permits, below 0 takes them, 0 waits until there are none
 * @param undo whether the kernel takes it back when this process ends, however it ends (SEM_UNDO)
 */
public record SemaphoreOperation(int number, int delta, boolean undo) {
    private static final int MOST_DELTA = 32_767;

    /** Refuses what no operation has. */
    public SemaphoreOperation {
        if (number < 0 || Math.abs((long) delta) > MOST_DELTA) {
            throw new IllegalArgumentException(
                    "semaphore " + number + " by " + delta + ": at most " + MOST_DELTA + " permits, of one from 0");
        }
    }

    /** Takes so many permits; waits until there are. */
    public static SemaphoreOperation acquire(int number, int permits) {
        return new SemaphoreOperation(number, -requirePermits(permits), false);
    }

    /** Gives so many permits. */
    public static SemaphoreOperation release(int number, int permits) {
        return new SemaphoreOperation(number, requirePermits(permits), false);
    }

    /** Waits until there are no permits. */
    public static SemaphoreOperation awaitZero(int number) {
        return new SemaphoreOperation(number, 0, false);
    }

    private static int requirePermits(int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException(permits + " permits: it is 1 or more");
        }
        return permits;
    }

    /** The same, and the kernel takes it back when this process ends. */
    public SemaphoreOperation withUndo() {
        return new SemaphoreOperation(number, delta, true);
    }
}
