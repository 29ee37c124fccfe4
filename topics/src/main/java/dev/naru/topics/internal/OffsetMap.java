package dev.naru.topics.internal;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The highest offset of each key, in a bounded table outside of the heap. A key is known by 192 bits of its SHA-256: nobody can make
 * two that are taken for one, whereas Kafka's map, by MD5, could be led to drop a record.
 *
 * <pre>
 *   slot: 0  the first 24 bytes of the hash   24  offset and 1, int64; 0 for a free slot
 * </pre>
 *
 * <p>For one thread.
 */
final class OffsetMap implements Closeable {
    /** As much memory as Kafka's cleaner takes: 128 MiB. */
    static final int MOST_SLOTS = 1 << 22;

    /** The key is not there. */
    static final long NONE = -1;

    private static final int SLOT = 32;
    private static final int OFFSET = 24;
    private static final int HASH = 32;
    private static final int LEAST_SLOTS = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment table;
    private final long mask;
    private final long mostKeys;
    private final MessageDigest digest;
    private final byte[] hash = new byte[HASH];
    private final ByteBuffer words = ByteBuffer.wrap(hash).order(ByteOrder.nativeOrder());
    private long keys;

    private OffsetMap(int slots) {
        this.table = arena.allocate((long) slots * SLOT, Long.BYTES);
        this.mask = slots - 1L;
        this.mostKeys = slots - slots / 10L;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) { // each Java platform has it
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * With room for so many keys, or as many as go into so many slots.
     *
     * @param least for so many there is room in any case: those of one batch
     * @param mostSlots a power of two
     */
    static OffsetMap of(long keys, int least, int mostSlots) {
        return new OffsetMap((int) Math.min(slots(keys), Math.max(slots(least), mostSlots)));
    }

    private static long slots(long keys) {
        return Long.highestOneBit(keys + keys / 9 + LEAST_SLOTS) * 2;
    }

    /** Notes that the key is at that offset, which is higher than all before. False when there is no room for another key. */
    boolean put(ByteBuffer key, long offset) {
        long slot = find(key);
        if (table.get(LONG, slot + OFFSET) == 0) {
            if (keys >= mostKeys) {
                return false;
            }
            keys++;
            for (int at = 0; at < OFFSET; at += Long.BYTES) {
                table.set(LONG, slot + at, words.getLong(at));
            }
        }
        table.set(LONG, slot + OFFSET, offset + 1);
        return true;
    }

    /** The highest offset of the key; {@link #NONE} when it is not there. */
    long of(ByteBuffer key) {
        return table.get(LONG, find(key) + OFFSET) - 1;
    }

    /** The slot that has the key, or the free one where it goes. */
    private long find(ByteBuffer key) {
        try {
            digest.update(key);
            int _ = digest.digest(hash, 0, HASH);
        } catch (DigestException impossible) {
            throw new IllegalStateException(impossible);
        }
        long number = words.getLong(0);
        while (true) {
            long slot = (number & mask) * SLOT;
            if (table.get(LONG, slot + OFFSET) == 0 || isThere(slot)) {
                return slot;
            }
            number++;
        }
    }

    private boolean isThere(long slot) {
        for (int at = 0; at < OFFSET; at += Long.BYTES) {
            if (table.get(LONG, slot + at) != words.getLong(at)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        arena.close();
    }
}
