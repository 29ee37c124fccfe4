package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Memory outside of the heap that grows with what is asked for, and is used again. For one thread at a time. */
final class Scratch {
    private static final int LEAST = 64 << 10;

    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    private MemorySegment memory = MemorySegment.NULL;

    /** All of it, ready to be filled: so many bytes or more. What was there is gone when it grew. */
    ByteBuffer room(int least) {
        if (bytes.capacity() < least) {
            bytes = ByteBuffer.allocateDirect(Math.max(least, LEAST));
            memory = MemorySegment.ofBuffer(bytes).asReadOnly();
        }
        return bytes.clear();
    }

    /** The same memory, for reading. */
    MemorySegment memory() {
        return memory;
    }
}
