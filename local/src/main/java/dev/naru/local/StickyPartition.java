package dev.naru.local;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Which partition of a topic a record without a key goes to: the same until so many bytes went there, then any other, as with
 * Kafka's producer. So batches get full.
 *
 * <p>Thread-safe.
 */
final class StickyPartition {
    private final int partitions;
    private final long mostBytes;
    private int current;
    private long used;

    StickyPartition(int partitions, long mostBytes) {
        this.partitions = partitions;
        this.mostBytes = mostBytes;
        this.current = ThreadLocalRandom.current().nextInt(partitions);
    }

    /** Where a record of so many bytes goes. */
    int next(long bytes) {
        return partitions == 1 ? 0 : nextOfMany(bytes);
    }

    private synchronized int nextOfMany(long bytes) {
        if (used > 0 && used + bytes > mostBytes) {
            int other = ThreadLocalRandom.current().nextInt(partitions - 1);
            current = other < current ? other : other + 1;
            used = 0;
        }
        used += bytes;
        return current;
    }
}
