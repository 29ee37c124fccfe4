package dev.naru.topics;

import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What there was of a partition at one moment.
 *
 * @param partition its number
 * @param logStart the lowest offset that may be read
 * @param next the offset that the next record gets
 * @param flushed all below it is on the disk; after a boot, what was found there
 * @param segments how many files of records it has
 * @param bytes of records in them
 * @param leaderEpoch what new batches carry
 * @param folder where its files lie
 */
public record PartitionStatus(
        int partition, long logStart, long next, long flushed, int segments, long bytes, int leaderEpoch, Path folder) {

    static PartitionStatus of(int number, Partition partition) throws IOException {
        PublishedEnd end = new PublishedEnd();
        partition.load(end);
        int segments = 0;
        long bytes = 0;
        for (long base : SegmentFiles.list(partition.folder())) {
            if (end.isExact() && base == end.segment()) {
                bytes += end.position();
                segments++;
            } else if (SegmentFiles.isPublished(base, end)) {
                bytes += SegmentFiles.size(partition.folder(), base);
                segments++;
            }
        }
        return new PartitionStatus(
                number,
                partition.logStart(),
                end.next(),
                partition.flushed(),
                segments,
                bytes,
                partition.epoch(),
                partition.folder());
    }

    /** How many records may be read, where offsets have no gaps. */
    public long records() {
        return Math.max(0, next - logStart);
    }
}
