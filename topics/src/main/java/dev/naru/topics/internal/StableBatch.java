package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A copy of a batch whose file another publisher may cut in place. A plain load of a page that is gone throws; native code, such
 * as a checksum or a codec, would end the process. So native code gets the copy.
 *
 * <p>For one thread at a time.
 */
public final class StableBatch {
    private final Scratch scratch = new Scratch();

    /** For one who reads. */
    public static StableBatch create() {
        return new StableBatch();
    }

    private StableBatch() {}

    /** Copies the batch that lies there to 0. */
    public void copy(MemorySegment from, long at, long size) {
        ByteBuffer _ = scratch.room((int) size);
        MemorySegment.copy(from, at, MemorySegment.ofBuffer(bytes()), 0, size);
    }

    /** The copy, from 0 on. */
    public ByteBuffer bytes() {
        return scratch.room(0);
    }

    /** The same, for reading. */
    public MemorySegment memory() {
        return scratch.memory();
    }
}
