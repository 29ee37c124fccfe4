package dev.naru.memory.internal;

import java.lang.foreign.MemorySegment;

/**
 * How large a ring is: read once, when it is opened, and believed from then on, whatever somebody stores over it.
 *
 * @param lanes how many
 * @param laneBytes of each, a power of two
 */
public record RingGeometry(int lanes, long laneBytes) {
    /** No ring lives long enough to come there. */
    private static final long MOST_POSITION = 1L << 62;

    /** What stands in the file; to be checked, {@link #fits}. */
    public static RingGeometry of(MemorySegment memory) {
        return new RingGeometry(
                HeaderLayout.getInt(memory, RingLayout.LANES_AT), Words.get(memory, RingLayout.LANE_BYTES_AT));
    }

    void store(MemorySegment memory) {
        HeaderLayout.setInt(memory, RingLayout.LANES_AT, lanes);
        Words.set(memory, RingLayout.LANE_BYTES_AT, laneBytes);
    }

    /** Whether it is one of a ring in a file of that size; else somebody has damaged it. */
    public boolean fits(long fileSize) {
        return lanes >= 1
                && lanes <= RingLayout.MOST_LANES
                && laneBytes >= RingLayout.LEAST_LANE
                && laneBytes <= RingLayout.MOST_LANE
                && Long.bitCount(laneBytes) == 1
                && size() <= fileSize;
    }

    /** Where the bytes of a lane begin in the file. */
    public long data(int lane) {
        return RingLayout.pages(RingLayout.lane(lanes)) + lane * laneBytes;
    }

    /** The bytes of the file. */
    public long size() {
        return data(lanes);
    }

    /** Where in its lane a position lies. */
    public long index(long position) {
        return position & (laneBytes - 1);
    }

    /** Whether a number can be a position in a lane: what a damaged file says may be anything. */
    public boolean isPosition(long position) {
        return position >= 0 && position < MOST_POSITION && position % RingLayout.FRAME_HEADER == 0;
    }

    /**
     * Whether a word is one that begins a frame there: a message of a length that is allowed, or padding up to the end of the
     * lane.
     *
     * @param index where it stands, from the start of the lane
     */
    public boolean isFrame(long word, long index) {
        long mark = word >> 32;
        int length = (int) word;
        long after = index + RingLayout.frame(length);
        boolean message = mark == 1 && length <= maxMessage() && after <= laneBytes;
        boolean padding = mark == -1 && after == laneBytes;
        return length >= 0 && (message || padding);
    }

    /** The longest payload: a claim with the padding before it takes at most a quarter of the lane. */
    public int maxMessage() {
        return (int) (laneBytes / 8) - RingLayout.FRAME_HEADER;
    }

    /** How much may be finished and not sent yet, before a claim more. */
    public long maxStaged() {
        return laneBytes / 4;
    }

    /** Where a producer stores its tail: when the end passes a multiple of this, a power of two. */
    public long tailStep() {
        return Math.min(4096, laneBytes / 8);
    }

    /** How far behind the tail no producer has overwritten anything. */
    public long untouched() {
        return laneBytes / 4;
    }
}
