package dev.naru.bench;

import java.io.IOException;

/** The end of a ring that receives: small messages are added up in place, large ones are copied out. */
abstract class Inlet {
    private long sum;
    private long last;

    /** Handles what is there, at most so many messages: how many. */
    abstract int poll(int limit) throws IOException;

    /** Waits, as the race says, until there may be a message. */
    abstract void await() throws IOException, InterruptedException;

    /** A message has come: its number, and that number as often as it stood in it. */
    final void took(long number, long allOfThem) {
        last = number;
        sum += allOfThem;
    }

    /** The number of the last message. */
    final long last() {
        return last;
    }

    /** The sum of all numbers that were read. */
    final long sum() {
        return sum;
    }
}
