package dev.naru.topics;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.Segment;
import dev.naru.topics.internal.SegmentFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Looks for the first record of a partition that was made at a time or later, as Kafka's {@code offsetsForTimes} does. */
final class TimeSearch {
    /** Not in this segment. */
    private static final long NONE = -1;

    private final Partition partition;
    private final PublishedEnd end;
    private final long millis;
    private final RecordView view = new RecordView(0);

    private TimeSearch(Partition partition, PublishedEnd end, long millis) {
        this.partition = partition;
        this.end = end;
        this.millis = millis;
    }

    /** Its offset; the next offset of that end when there is none before. */
    static long find(Partition partition, PublishedEnd end, long millis) throws IOException {
        TimeSearch search = new TimeSearch(partition, end, millis);
        while (true) {
            try {
                return search.inSegments(SegmentFiles.list(partition.folder()));
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NOT_FOUND) {
                    throw refused;
                } // removed since it was listed: list again
            }
        }
    }

    private long inSegments(long[] bases) throws IOException {
        long first = partition.logStart();
        for (int i = 0; i < bases.length && bases[i] <= end.segment(); i++) {
            boolean isBefore = i + 1 < bases.length && bases[i + 1] <= Math.min(first, end.segment());
            long found = isBefore ? NONE : inSegment(bases[i], first);
            if (found != NONE) {
                return found;
            }
        }
        return Math.max(first, end.next());
    }

    private long inSegment(long base, long first) throws IOException {
        try (Segment segment = Segment.openToRead(partition.folder(), base, 1)) {
            long limit = base == end.segment() ? end.position() : segment.size();
            MemorySegment memory = segment.memory();
            long at = partition.positionOfTime(base, millis, memory, limit);
            long after = base;
            while (at < limit) {
                if (!Batch.isWhole(memory, at, limit)) {
                    return Math.max(first, after); // damaged: whoever reads is told where
                }
                after = Batch.lastOffset(memory, at) + 1;
                if (Batch.highestTimestamp(memory, at) >= millis && after > first) {
                    long found = inBatch(memory, at, first);
                    if (found != NONE) {
                        return found;
                    }
                }
                at += Batch.size(memory, at);
            }
            return NONE;
        }
    }

    private long inBatch(MemorySegment memory, long at, long first) {
        long base = Batch.baseOffset(memory, at);
        if (Batch.isControl(memory, at)) {
            return NONE;
        }
        if (Batch.codec(memory, at) != 0) {
            return Math.max(first, base); // the records themselves cannot be seen
        }
        long end = at + Batch.size(memory, at);
        long recordAt = at + Batch.HEADER;
        for (int left = Batch.count(memory, at); left > 0; left--) {
            long after = view.parse(memory, recordAt, end, base, Batch.firstTimestamp(memory, at));
            if (after < 0) {
                return Math.max(first, base); // damaged: whoever reads is told where
            }
            if (view.timestamp() >= millis && view.offset() >= first) {
                return view.offset();
            }
            recordAt = after;
        }
        return NONE;
    }
}
