package dev.naru.topics;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.OffsetOrder;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.Segment;
import dev.naru.topics.internal.SegmentFiles;
import dev.naru.topics.internal.StableBatch;
import dev.naru.topics.internal.Unpacker;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.zip.DataFormatException;

/** Looks for the first record of a partition that was made at a time or later, as Kafka's {@code offsetsForTimes} does. */
final class TimeSearch {
    /** Not in this segment. */
    private static final long NONE = -1;

    private final Partition partition;
    private final PublishedEnd end;
    private final long bound;
    private final long millis;
    private final RecordView view = new RecordView("", 0);
    private final Unpacker unpacker = Unpacker.create();
    private final StableBatch stable = StableBatch.create();

    private TimeSearch(Partition partition, PublishedEnd end, long bound, long millis) {
        this.partition = partition;
        this.end = end;
        this.bound = bound;
        this.millis = millis;
    }

    /** Its offset below that bound; the bound when there is none. */
    static long find(Partition partition, PublishedEnd end, long bound, long millis) throws IOException {
        TimeSearch search = new TimeSearch(partition, end, bound, millis);
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
        long last = end.segment() < 0 ? bound - 1 : end.segment();
        for (int i = 0; i < bases.length && bases[i] <= last; i++) {
            boolean isBefore = i + 1 < bases.length && bases[i + 1] <= Math.min(first, last);
            long found = isBefore ? NONE : inSegment(bases[i], first);
            if (found != NONE) {
                return found;
            }
        }
        return Math.max(first, bound);
    }

    private long inSegment(long base, long first) throws IOException {
        try (Segment segment = Segment.openToRead(partition.folder(), base, 1)) {
            boolean isLast = end.isExact() && base == end.segment();
            long limit = Math.min(Math.min(isLast ? end.position() : Long.MAX_VALUE, segment.size()), segment.reach());
            MemorySegment memory = segment.memory();
            long at = partition.positionOfTime(base, millis, bound, memory, limit);
            long after = at == 0 ? base : Batch.baseOffset(memory, at); // the index has it, too
            while (at < limit && after < bound) {
                if (!Batch.isWhole(memory, at, limit)) {
                    // it ends there, or is damaged: whoever reads is told where
                    return end.isExact() ? Math.max(first, after) : NONE;
                }
                long last = Batch.lastOffset(memory, at);
                long behind = at + Batch.size(memory, at);
                if (OffsetOrder.isWrong(
                        partition, end, base, Batch.baseOffset(memory, at), last, memory, behind, limit, after)) {
                    return Math.max(first, after); // likewise
                }
                after = last + 1;
                if (after > bound) {
                    return NONE;
                }
                if (Batch.highestTimestamp(memory, at) >= millis && after > first) {
                    long found = inBatch(segment, at, first);
                    if (found != NONE) {
                        return found;
                    }
                }
                at = behind;
            }
            return NONE;
        }
    }

    private long inBatch(Segment segment, long at, long first) {
        MemorySegment memory = segment.memory();
        long base = Batch.baseOffset(memory, at);
        if (Batch.isControl(memory, at)) {
            return NONE;
        }
        long recordAt = enter(segment, at);
        if (recordAt < 0) {
            return Math.max(first, base); // no codec, or damaged: whoever reads is told where
        }
        for (int left = Batch.count(memory, at); left > 0; left--) {
            long after = view.parse(recordAt);
            if (after < 0) {
                return Math.max(first, base); // likewise
            }
            if (view.timestamp() >= millis && view.offset() >= first) {
                return view.offset();
            }
            recordAt = after;
        }
        return NONE;
    }

    /** Where the first record of the batch begins; negative when its records cannot be seen. */
    private long enter(Segment segment, long at) {
        MemorySegment memory = segment.memory();
        long size = Batch.size(memory, at);
        int codec = Batch.codec(memory, at);
        if (codec == 0) {
            view.enter(memory, at, memory, at + size);
            return at + Batch.HEADER;
        }
        try {
            stable.copy(memory, at, size); // native code gets nothing that may be cut
            int length = unpacker.unpack(stable.bytes(), 0, size, codec);
            view.enter(memory, at, unpacker.memory(), length);
            return Math.min(0, length);
        } catch (DataFormatException damaged) {
            return NONE;
        }
    }
}
