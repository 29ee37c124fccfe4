package dev.naru.bench;

import java.io.Closeable;
import java.io.IOException;

/** A log that a process has open, of one {@link LogLibrary}. A JVM has only one kind, so that the compiler inlines its calls. */
interface RaceLog extends Closeable {
    /** Appends to it, for one thread. */
    Appender appender() throws IOException;

    /** Reads it from its start, for one thread. */
    Tailer tailer(Sink sink) throws IOException;

    /** One end. */
    interface Appender extends Closeable {
        /** Appends a record: that number, and after it what stands in a buffer. */
        void append(long number) throws IOException, InterruptedException;

        /** Publishes what may still be held back. */
        default void flush() throws IOException {}
    }

    /** The other end. */
    interface Tailer extends Closeable {
        /** Gives what is there to the sink, at most so many records: how many. */
        int poll(int limit) throws IOException;

        /** Waits, as the race says, until there may be a record. */
        void await() throws IOException, InterruptedException;
    }

    /** Takes the number of each record. */
    interface Sink {
        /** A record was read. */
        void took(long number);
    }
}
