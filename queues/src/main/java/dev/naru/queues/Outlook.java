package dev.naru.queues;

/**
 * Whether the next call will wait, going by those before: then it is made at once as one that waits, and not first as one that does
 * not. Each of a pair that passes a message to and fro waits every time. A guess, so races between threads do no harm.
 */
final class Outlook {
    private static final int CALLS = 16;

    private int left;

    /** Whether the next call is likely to wait. */
    boolean isGloomy() {
        int now = left;
        if (now > 0) {
            left = now - 1;
        }
        return now > 0;
    }

    /** Notes that a call had to wait, if it was found out by trying. */
    void note(boolean tried) {
        if (tried) {
            left = CALLS;
        }
    }
}
