package dev.naru.channels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The memory of buffers, as the kernel takes it: a direct one's own, and for one of the heap a copy. */
final class Natives {
    private Natives() {}

    /** The bytes between position and limit. */
    static MemorySegment of(ByteBuffer bytes) {
        MemorySegment memory = MemorySegment.ofBuffer(bytes);
        return memory.isNative()
                ? memory
                : Arena.ofAuto()
                        .allocate(Math.max(1, memory.byteSize()))
                        .asSlice(0, memory.byteSize())
                        .copyFrom(memory);
    }

    /** Room for what lies between position and limit; {@link #put} brings it there. */
    static MemorySegment room(ByteBuffer dst) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("read-only buffer");
        }
        MemorySegment memory = MemorySegment.ofBuffer(dst);
        return memory.isNative()
                ? memory
                : Arena.ofAuto().allocate(Math.max(1, memory.byteSize())).asSlice(0, memory.byteSize());
    }

    /** So many bytes have come into the room of that buffer. */
    static void put(MemorySegment room, int count, ByteBuffer dst) {
        if (dst.isDirect()) {
            dst.position(dst.position() + count);
        } else {
            dst.put(room.asSlice(0, count).asByteBuffer());
        }
    }
}
