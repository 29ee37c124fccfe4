package dev.naru.topics.internal;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Which part of a log may be compacted, and whether that is worth while, by Kafka's settings: sealed segments, up to the first one with
 * a record that is younger than {@code min.compaction.lag.ms}.
 *
 * @param dirty below that offset it was compacted already
 * @param limit the base of the first segment that may not be
 * @param cleanBytes of segments that were
 * @param dirtyBytes of those that were not, and may be
 * @param overdue whether a record of those is older than {@code max.compaction.lag.ms}
 */
record CompactionRange(long dirty, long limit, long cleanBytes, long dirtyBytes, boolean overdue) {
    private static final double MILLIONTHS = 1e6;

    /** That of a log up to that end, at that time. */
    static CompactionRange of(Path folder, PublishedEnd end, long compacted, TopicSpec spec, long now)
            throws IOException {
        long least = spec.value(TopicSetting.MIN_COMPACTION_LAG_MILLIS);
        long most = spec.value(TopicSetting.MAX_COMPACTION_LAG_MILLIS);
        long clean = 0;
        long dirty = 0;
        boolean overdue = false;
        for (long base : SegmentFiles.list(folder)) {
            if (base >= end.segment || (base >= compacted && least > 0 && newest(folder, base, now) > now - least)) {
                return new CompactionRange(compacted, Math.min(base, end.segment), clean, dirty, overdue);
            }
            if (base < compacted) {
                clean += SegmentFiles.size(folder, base);
            } else {
                dirty += SegmentFiles.size(folder, base);
                overdue |= most != TopicSpec.NEVER && oldest(folder, base, now) < now - most;
            }
        }
        return new CompactionRange(compacted, end.segment, clean, dirty, overdue);
    }

    /** When its newest record was made; when that is not known, when it was last appended to. */
    private static long newest(Path folder, long base, long now) throws IOException {
        long highest = SegmentIndex.load(folder, base).highestTimestamp();
        try {
            return highest >= 0
                    ? highest
                    : Files.getLastModifiedTime(SegmentFiles.path(folder, base)).toMillis();
        } catch (NoSuchFileException removed) {
            return now;
        }
    }

    /** When its first batch was made; now when that is not known. */
    private static long oldest(Path folder, long base, long now) throws IOException {
        try (Segment segment = Segment.openToRead(folder, base, 1)) {
            boolean isThere = Batch.isWhole(segment.memory(), 0, segment.size());
            long first = isThere ? Batch.highestTimestamp(segment.memory(), 0) : -1;
            return first > 0 ? first : now;
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NOT_FOUND) {
                throw refused;
            }
            return now;
        }
    }

    /** Whether it is worth while. */
    boolean isDue(TopicSpec spec) {
        double ratio = spec.value(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO) / MILLIONTHS;
        return dirtyBytes > 0 && (overdue || dirtyBytes > ratio * (cleanBytes + dirtyBytes));
    }
}
