package dev.naru.local;

/** Where to go in a partition. */
sealed interface Place {
    /** Places that are no offsets. */
    enum Named implements Place {
        /** With the first record that is there. */
        FIRST,
        /** With the next one that is appended. */
        LAST,
        /** Where {@code auto.offset.reset} says. */
        RESET
    }

    /**
     * With that one.
     *
     * @param offset its number
     */
    record At(long offset) implements Place {}
}
