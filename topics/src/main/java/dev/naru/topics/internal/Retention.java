package dev.naru.topics.internal;

import dev.naru.linux.ErrnoException;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a log begins by the settings of its topic. Whole segments go, the oldest first, and never the published one. As Kafka
 * counts: by time when the newest record is too old, by size as long as enough is left.
 */
final class Retention {
    private final Path folder;
    private final Times times;
    private final long mostBytes;
    private final long mostMillis;
    private final long now;

    /** Says when the records of a segment were made. */
    interface Times {
        /** The highest timestamp of a sealed segment; -1 when none of its records has one. */
        long highest(long base) throws IOException;
    }

    Retention(Path folder, TopicSpec spec, Times times, long now) {
        this.folder = folder;
        this.times = times;
        this.mostBytes = spec.value(TopicSetting.RETENTION_BYTES);
        this.mostMillis = spec.value(TopicSetting.RETENTION_MILLIS);
        this.now = now;
    }

    /** Whether there is anything to look for. */
    boolean isLimited() {
        return mostBytes >= 0 || mostMillis >= 0;
    }

    /**
     * The first offset of the first segment that stays.
     *
     * @param bases of all segments
     */
    long start(long[] bases, PublishedEnd end) throws IOException {
        long left = mostBytes < 0 ? 0 : bytes(bases, end);
        int first = 0;
        while (first + 1 < bases.length && bases[first + 1] <= end.segment) {
            long size = SegmentFiles.size(folder, bases[first]);
            boolean tooMuch = mostBytes >= 0 && left - size >= mostBytes;
            if (!tooMuch && !isOld(bases[first])) {
                break;
            }
            left -= size;
            first++;
        }
        return first == 0 ? 0 : bases[first];
    }

    private long bytes(long[] bases, PublishedEnd end) throws IOException {
        long sum = end.position;
        for (long base : bases) {
            sum += base < end.segment ? SegmentFiles.size(folder, base) : 0;
        }
        return sum;
    }

    private boolean isOld(long base) throws IOException {
        return mostMillis >= 0 && now - newest(base) > mostMillis;
    }

    /** When its newest record was made; if none has a time, when it was last appended to. */
    private long newest(long base) throws IOException {
        try {
            long highest = times.highest(base);
            if (highest >= 0) {
                return highest;
            }
            return Files.getLastModifiedTime(SegmentFiles.path(folder, base)).toMillis();
        } catch (NoSuchFileException removed) {
            return now;
        } catch (ErrnoException noRoom) {
            return now; // for its index: it stays
        }
    }
}
