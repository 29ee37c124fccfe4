package dev.naru.memory;

import java.lang.foreign.MemorySegment;

/** What is done with each message of a batch. */
@FunctionalInterface
public interface MessageHandler {
    /**
     * A message, in place: its bytes are valid until this returns.
     *
     * @param memory to read from
     * @param offset where the payload begins, in bytes; a multiple of 8
     * @param length of the payload, in bytes
     */
    void onMessage(MemorySegment memory, long offset, int length);
}
