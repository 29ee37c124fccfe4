package dev.naru.topics.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Whether the base offset of a batch is what it was: no CRC covers it. Where the lock appends, batches follow one another without
 * a gap, but Kafka's own segments may have been placed there, and a compaction leaves gaps.
 */
public final class OffsetOrder {
    private OffsetOrder() {}

    /**
     * Whether the base offset of a batch cannot be right. Another publisher's is not judged.
     *
     * @param end a published end, above which nothing is
     * @param segment base offset of the segment
     * @param first of its records
     * @param last of its records
     * @param after where it ends
     * @param limit up to where the segment may be read
     * @param expected the offset behind the batch before; that of the segment for its first one
     */
    public static boolean isWrong(
            Partition partition,
            PublishedEnd end,
            long segment,
            long first,
            long last,
            MemorySegment memory,
            long after,
            long limit,
            long expected)
            throws IOException {
        boolean isAbove = last >= end.next();
        if ((first == expected && !isAbove) || !end.isExact() || partition.isAppendedElsewhere()) {
            return false;
        }
        if (first < expected || isAbove) {
            return true;
        }
        if (Batch.isWhole(memory, after, limit)) {
            return isContradicted(last, expected, Batch.baseOffset(memory, after));
        }
        if (partition.mayHaveGaps(first)) {
            return false; // the next segment may have been merged into this one, and not be gone yet
        }
        long following = SegmentFiles.above(SegmentFiles.list(partition.folder()), segment, end);
        return isContradicted(last, expected, following);
    }

    /**
     * Whether the offset with which the next batch begins shows that there is no gap before this one.
     *
     * @param last of the offsets of this one
     * @param expected the offset behind the batch before
     * @param following that of the next batch; negative when there is none
     */
    static boolean isContradicted(long last, long expected, long following) {
        return following >= expected && following <= last;
    }
}
