package dev.naru.memory;

/** How an attempt to send ended, and what the caller does next. */
public enum SendOutcome {
    /** It is sent: readers see it. */
    SENT,
    /** There is room: write the payload, then {@link RingWriter#commit}. */
    CLAIMED,
    /** The ring is full, and its reader is there: try again, or do something else. */
    BACK_PRESSURED,
    /** The ring is full, and nobody reads: start the reader. */
    NOT_CONNECTED,
    /** Another thread has closed the writer: stop. */
    CLOSED
}
