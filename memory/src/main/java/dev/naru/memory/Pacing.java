package dev.naru.memory;

/**
 * Keeps the reader of a dense stream off the producer's heels: {@code docs/decisions/0015}. A reader that looks at every
 * message while it is being written takes the cache line from the producer each time, and then both run at the pace of the
 * line: several times slower than they could.
 *
 * <p>A stream is dense when many looks found more than one message. Then the look after the last message waits until the producer has
 * stored its tail, which it seldom does, but no longer than {@link #MOST_NANOS}. Messages that come alone, as in a ping-pong
 * or in a loop that does other things, are no stream.
 */
final class Pacing {
    /** The longest delay of a message. */
    static final long MOST_NANOS = 1_000;

    private static final int DENSE = 8;

    private int streak;
    private boolean caughtUp;

    /** Whether to wait before the next look: once for what was found, not once for each look. */
    boolean isDue() {
        boolean due = caughtUp && streak >= DENSE;
        caughtUp = false;
        return due;
    }

    /** A look found messages, perhaps all there were. */
    void found(int messages, boolean all) {
        if (messages == 1) {
            streak /= 2;
        } else if (streak < 2 * DENSE) {
            streak++;
        }
        caughtUp = all;
    }
}
