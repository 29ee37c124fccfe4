package dev.naru.topics.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The segments that a compaction had merged into one before them, and was killed before it took them away. What it leaves of a group
 * of segments always has the last offset that the group had; so such a segment begins below the end of the one before it, and another
 * begins with that end. A batch whose offset is damaged does not look so, but by a chance in 2^63.
 */
final class Leftovers {
    private Leftovers() {}

    /**
     * Their bases, the lowest first.
     *
     * @param bases of all segments
     * @param below no segment from that base on was compacted ever
     */
    static long[] find(Path folder, long[] bases, long below) throws IOException {
        LongStream.Builder found = LongStream.builder();
        int i = 0;
        while (i + 1 < bases.length && bases[i] < below) {
            long after = lastOffset(folder, bases[i]) + 1;
            int next = i + 1;
            if (bases[next] < after && Arrays.binarySearch(bases, after) >= 0) {
                while (bases[next] < after) {
                    var _ = found.add(bases[next++]);
                }
            }
            i = next;
        }
        return found.build().toArray();
    }

    /** By its index where that is right. */
    private static long lastOffset(Path folder, long base) throws IOException {
        try (Segment segment = Segment.openToRead(folder, base, 1)) {
            MemorySegment memory = segment.memory();
            long size = segment.size();
            long at = Math.max(0, SegmentIndex.load(folder, base).positionOf(Long.MAX_VALUE, memory, size));
            long last = base - 1;
            while (at < size && Batch.isWhole(memory, at, size)) {
                last = Batch.lastOffset(memory, at);
                at += Batch.size(memory, at);
            }
            return last;
        }
    }

    /** Takes them away, the lowest first: then those that are left always have all that was behind them. */
    static void remove(Path folder, long[] bases) throws IOException {
        for (long base : bases) {
            SegmentFiles.remove(folder, base);
        }
    }
}
