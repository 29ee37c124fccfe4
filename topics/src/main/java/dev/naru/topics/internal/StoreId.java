package dev.naru.topics.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What tells a store from any other: 16 random bytes.
 *
 * @param high the first 8
 * @param low the last 8
 */
public record StoreId(long high, long low) {
    /** A new one. */
    public static StoreId random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new StoreId(random.nextLong(), random.nextLong());
    }

    /** Reads it. */
    public static StoreId read(MemorySegment memory, long offset) {
        return new StoreId(Words.get(memory, offset), Words.get(memory, offset + Long.BYTES));
    }

    /** Writes it. */
    public void write(MemorySegment memory, long offset) {
        Words.set(memory, offset, high);
        Words.set(memory, offset + Long.BYTES, low);
    }
}
