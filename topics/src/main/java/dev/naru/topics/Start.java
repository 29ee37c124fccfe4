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
        try {
            return timestamp(time.toEpochMilli());
        } catch (ArithmeticException beyond) { // what a long can count
            return timestamp(time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE);
        }
    }

    /**
     * The same, but where the record that is wanted next is not there any more, or not yet, the cursor goes on with the first one that
     * is: now, and whenever it falls behind what is kept. {@link Cursor#missed} counts what it missed.
     */
    default Start orEarliest() {
        return new Otherwise(this, OutOfRange.EARLIEST);
    }

    /** The same, but there the cursor goes on with what is appended from then on. */
    default Start orLatest() {
        return new Otherwise(this, OutOfRange.LATEST);
    }

    /** What a cursor does whose next record is not there. */
    enum OutOfRange {
        /** It says so: {@link Cursor#OUT_OF_RANGE}, or an error. */
        TELL,
        /** It goes on with the first record that is still there. */
        EARLIEST,
        /** It goes on with the first record that is appended from then on. */
        LATEST
    }

    /**
     * A start, and what to do when it is not there, or a later record is not.
     *
     * @param start where to begin
     * @param outOfRange what to do else
     */
    record Otherwise(Start start, OutOfRange outOfRange) implements Start {
        @Override
        public Start orEarliest() {
            return start.orEarliest();
        }

        @Override
        public Start orLatest() {
            return start.orLatest();
        }
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
