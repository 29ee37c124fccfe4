package dev.naru.memory;

/**
 * Keeps the reader of a dense stream off the producer's heels. A reader that looks at every message while it is being written
 * takes the cache line from the producer each time, and then both run at the pace of the line: ten times slower than they could.
 *
 * <p>A stream is dense when several looks in a row each found more than one message, or one at once. Then the next look waits
 * until the producer has stored its tail, which it seldom does, but no longer than {@link #MOST_NANOS}. A ping-pong never is
 * dense: its messages come alone, after many looks.
 */
final class Pacing {
    /** The longest delay of a message. */
    static final long MOST_NANOS = 1_000;

    private static final int DENSE = 8;
    private static final int AT_ONCE = 2;

    private int streak;
    private int looks;
    private boolean caughtUp;

    /** Whether to wait before the next look. Asked once a look. */
    boolean isDue() {
        boolean due = caughtUp && streak >= DENSE;
        caughtUp = false; // one wait for what was found, not one for each look
        return due;
    }

    /** A look found nothing. */
    void foundNothing() {
        looks++;
    }

    /** A look found messages, perhaps all there were. */
    void found(int messages, boolean all) {
        if (messages == 1 && looks > AT_ONCE) {
            streak = 0;
        } else if (streak < DENSE) {
            streak++;
        }
        looks = 0;
        caughtUp = all;
    }
}
