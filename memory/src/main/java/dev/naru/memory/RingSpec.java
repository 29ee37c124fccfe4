package dev.naru.memory;

import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;

/**
 * How a new {@link Ring} is made.
 *
 * @param lanes how many producers it may have at once, at most 1024
 * @param laneBytes the bytes of each producer's lane, a power of two from 4 KiB to 1 GiB. The longest message is an eighth of
 *     it, less 8 bytes
 * @param mode permission bits, such as 0600. Who sends or receives needs to read and write
 */
public record RingSpec(int lanes, long laneBytes, int mode) {
    private static final int OWNER_ONLY = 0600;

    /** Checks the bounds. */
    public RingSpec {
        if (lanes < 1 || lanes > RingLayout.MOST_LANES) {
            throw new IllegalArgumentException("a ring has 1 to " + RingLayout.MOST_LANES + " lanes, not " + lanes);
        }
        if (Long.bitCount(laneBytes) != 1 || laneBytes < RingLayout.LEAST_LANE || laneBytes > RingLayout.MOST_LANE) {
            throw new IllegalArgumentException("a lane has a power of two of bytes, from " + RingLayout.LEAST_LANE
                    + " to " + RingLayout.MOST_LANE + ", not " + laneBytes);
        }
    }

    /** One producer, for processes of this user. */
    public static RingSpec oneToOne(long laneBytes) {
        return new RingSpec(1, laneBytes, OWNER_ONLY);
    }

    /** So many producers, for processes of this user. */
    public static RingSpec manyToOne(int lanes, long laneBytes) {
        return new RingSpec(lanes, laneBytes, OWNER_ONLY);
    }

    /** The same with who may open it. */
    public RingSpec withMode(int permissions) {
        return new RingSpec(lanes, laneBytes, permissions);
    }

    /** The bytes of the file, all reserved when it is made. */
    public long size() {
        return geometry().size();
    }

    RingGeometry geometry() {
        return new RingGeometry(lanes, laneBytes);
    }
}
