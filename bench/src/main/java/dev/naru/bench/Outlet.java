package dev.naru.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The end of a ring that sends. A JVM has only one kind, so that the compiler inlines its calls.
 *
 * <p>A message of {@link #SMALL} bytes is four longs that all hold its number. A longer one is copied in from a buffer, and
 * its number put before.
 */
interface Outlet {
    /** The bytes of the message that is written word by word. */
    int SMALL = 32;

    /** Sends the message of that number; false when there is no room. */
    boolean trySend(long number);

    /** What is done before the next try. */
    void awaitRoom();

    /** Publishes what may still be held back. */
    void flush();

    /** What large messages are copied from or to. */
    static MemorySegment buffer(int bytes) {
        return MemorySegment.ofBuffer(OneWayRoles.pages(bytes));
    }

    /** Writes a small message into memory. */
    static void write(MemorySegment memory, long offset, long number) {
        memory.set(ValueLayout.JAVA_LONG, offset, number);
        memory.set(ValueLayout.JAVA_LONG, offset + 8, number);
        memory.set(ValueLayout.JAVA_LONG, offset + 16, number);
        memory.set(ValueLayout.JAVA_LONG, offset + 24, number);
    }
}
