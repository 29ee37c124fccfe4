package dev.naru.queues;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A message as the kernel takes it and gives it: a head, and the text behind.
 *
 * @param memory both
 * @param text the text alone
 */
record NativeMessage(MemorySegment memory, ByteBuffer text) {
    private static final int LEAST = 256;

    private static NativeMessage of(long head, long text) {
        MemorySegment memory = Arena.ofAuto().allocate(head + text, Long.BYTES);
        return new NativeMessage(memory, memory.asSlice(head).asByteBuffer());
    }

    /** How long a text it has room for. */
    int room() {
        return text.capacity();
    }

    /** What lies between the buffer's position and its limit, which stay. */
    void put(ByteBuffer message) {
        text.put(0, message, message.position(), message.remaining());
    }

    /** Its first bytes, as an array. */
    byte[] copy(int length) {
        byte[] copy = new byte[length];
        text.get(0, copy);
        return copy;
    }

    /** Its first bytes, behind what the buffer has. */
    void copy(int length, ByteBuffer dst) {
        dst.put(dst.position(), text, 0, length);
        dst.position(dst.position() + length);
    }

    /** Those that are kept between calls, so that a call makes no garbage. Thread-safe. */
    static final class Pool {
        private static final int SIZE = 16; // a power of two

        private final AtomicReferenceArray<@Nullable NativeMessage> idle = new AtomicReferenceArray<>(SIZE);
        private final long head;
        private final long tail;

        /**
         * Of one kind of queue.
         *
         * @param head bytes in front of a text
         * @param tail bytes behind the room for one
         */
        Pool(long head, long tail) {
            this.head = head;
            this.tail = tail;
        }

        /** One with room for so long a text, whatever stands in it. */
        NativeMessage take(long text) {
            NativeMessage kept = idle.getAndSet(slot(), null);
            if (kept != null && kept.room() >= text + tail) {
                return kept;
            }
            long room = Math.max(LEAST, Long.highestOneBit(Math.max(1, text + tail - 1)) << 1);
            return of(head, room);
        }

        void giveBack(NativeMessage message) {
            idle.setRelease(slot(), message);
        }

        private static int slot() {
            return (int) Thread.currentThread().threadId() & (SIZE - 1);
        }
    }
}
