package dev.naru.memory;

import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.RingLayout;

/**
 * How a new {@link Broadcast} is made.
 *
 * @param readers how many it may have at once, at most 1024
 * @param bytes of the ring, a power of two from 4 KiB to 1 GiB: a reader that lags by more misses messages. The longest
 *     message is an eighth of it, less 16 bytes
 * @param mode permission bits, such as 0600. Who sends or receives needs to read and write
 */
public record BroadcastSpec(int readers, long bytes, int mode) {
    private static final int OWNER_ONLY = 0600;

    /** Checks the bounds. */
    public BroadcastSpec {
        if (readers < 1 || readers > BroadcastLayout.MOST_ROWS) {
            throw new IllegalArgumentException(
                    "a broadcast ring has 1 to " + BroadcastLayout.MOST_ROWS + " readers, not " + readers);
        }
        if (Long.bitCount(bytes) != 1 || bytes < RingLayout.LEAST_LANE || bytes > RingLayout.MOST_LANE) {
            throw new IllegalArgumentException("a broadcast ring has a power of two of bytes, from "
                    + RingLayout.LEAST_LANE + " to " + RingLayout.MOST_LANE + ", not " + bytes);
        }
    }

    /** For processes of this user. */
    public static BroadcastSpec of(int readers, long bytes) {
        return new BroadcastSpec(readers, bytes, OWNER_ONLY);
    }

    /** The same with who may open it. */
    public BroadcastSpec withMode(int permissions) {
        return new BroadcastSpec(readers, bytes, permissions);
    }

    /** The bytes of the file, all reserved when it is made. */
    public long size() {
        return BroadcastLayout.size(readers, bytes);
    }
}
