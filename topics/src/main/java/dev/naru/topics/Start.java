package dev.naru.topics;

import java.time.Instant;

/** Where a {@link Cursor} begins. Immutable. */
public sealed interface Start {
    /** With the first record that is still there. */
    static Start earliest() {
        return Earliest.EARLIEST;
    }

    /** With the first record that is appended from now on. */
    static Start latest() {
        return Latest.LATEST;
    }

    /** With that offset, the same in every partition that is read. It need not be there yet, but no more than the next. */
    static Start offset(long offset) {
        return new Offset(offset);
    }

    /**
     * In each partition with the first record that was made at that time or later, by its timestamp. If none was yet, with the
     * first one that is appended from now on, whatever its timestamp is.
     *
     * @param millis since 1970
     */
    static Start timestamp(long millis) {
        return new Time(millis);
    }

    /** The same. */
    static Start at(Instant time) {
        return timestamp(time.toEpochMilli());
    }

    /** The first record that is still there. */
    enum Earliest implements Start {
        /** It. */
        EARLIEST
    }

    /** The first record from now on. */
    enum Latest implements Start {
        /** It. */
        LATEST
    }

    /**
     * The first record of a time.
     *
     * @param millis since 1970
     */
    record Time(long millis) implements Start {}

    /**
     * A certain record.
     *
     * @param offset its number, 0 or more
     */
    record Offset(long offset) implements Start {
        /** Checks it. */
        public Offset {
            if (offset < 0) {
                throw new IllegalArgumentException("offset " + offset + " < 0");
            }
        }
    }
}
