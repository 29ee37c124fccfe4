package dev.naru.topics;

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
