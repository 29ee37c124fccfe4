package dev.naru.topics.internal;

/**
 * Which partition a key belongs to: by murmur2, 32 bits, as Kafka's clients choose by default, so that they and we put a key
 * into the same log.
 */
public final class Partitioner {
    private static final int SEED = 0x9747b28c;
    private static final int MIX = 0x5bd1e995;
    private static final int SHIFT = 24;

    private Partitioner() {}

    /** The partition of that key. */
    public static int partition(byte[] key, int partitions) {
        return (hash(key) & Integer.MAX_VALUE) % partitions;
    }

    static int hash(byte[] bytes) {
        int whole = bytes.length & ~3;
        int hash = SEED ^ bytes.length;
        for (int i = 0; i < whole; i += 4) {
            int word = byteAt(bytes, i)
                    | (byteAt(bytes, i + 1) << 8)
                    | (byteAt(bytes, i + 2) << 16)
                    | (byteAt(bytes, i + 3) << 24);
            word *= MIX;
            word ^= word >>> SHIFT;
            word *= MIX;
            hash = (hash * MIX) ^ word;
        }
        int tail = 0;
        for (int i = bytes.length - 1; i >= whole; i--) {
            tail = (tail << 8) | byteAt(bytes, i);
        }
        if (whole < bytes.length) {
            hash = (hash ^ tail) * MIX;
        }
        hash ^= hash >>> 13;
        hash *= MIX;
        return hash ^ (hash >>> 15);
    }

    private static int byteAt(byte[] bytes, int index) {
        return bytes[index] & 0xFF;
    }
}
