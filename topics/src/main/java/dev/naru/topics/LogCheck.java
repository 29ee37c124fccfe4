package dev.naru.topics;

import dev.naru.topics.internal.Batch;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.SegmentFiles;
import dev.naru.topics.internal.SegmentIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a look at all of a partition has found: every batch up to the published end by its CRC, the offsets, the records of
 * batches, and both indexes. It changes nothing, and others may append meanwhile.
 *
 * @param partition which one
 * @param segments how many files of records were looked at
 * @param batches how many batches they have
 * @param records how many records
 * @param bytes how many bytes
 * @param damages what is wrong, in the order of the log; empty when nothing is
 */
public record LogCheck(int partition, int segments, long batches, long records, long bytes, List<Damage> damages) {
    /** Looks at a partition. */
    public static LogCheck of(Topic topic, int partition) throws IOException {
        return new Look(topic.partition(partition)).all(partition);
    }

    /** Whether nothing is wrong. */
    public boolean isSound() {
        return damages.isEmpty();
    }

    /** The look as it goes on. */
    private static final class Look {
        private static final long UNKNOWN = -1;

        private final Partition partition;
        private final Path folder;
        private final PublishedEnd end = new PublishedEnd();
        private final List<Damage> damages = new ArrayList<>();
        private long expected =
                UNKNOWN; // the next offset; not known before the first batch, and behind what is damaged
        private int segments;
        private long batches;
        private long records;
        private long bytes;

        Look(Partition partition) {
            this.partition = partition;
            this.folder = partition.folder();
        }

        LogCheck all(int number) throws IOException {
            partition.load(end);
            long[] bases = SegmentFiles.list(folder);
            long start = partition.logStart(); // after the listing: what is missing there is missing for this reason
            if (end.next() > start && SegmentFiles.holding(bases, start, end) == SegmentFiles.NONE) {
                damages.add(new Damage(folder, 0, "no file has offset " + start + ", with which the log begins"));
            }
            for (long base : bases) {
                if (SegmentFiles.isPublished(base, end)) {
                    segment(base);
                }
            }
            if (expected != UNKNOWN && expected < end.next() && !partition.isAppendedElsewhere()) {
                Path file = SegmentFiles.path(folder, end.segment());
                damages.add(new Damage(file, end.position(), missing(expected, end.next())));
            }
            return new LogCheck(number, segments, batches, records, bytes, List.copyOf(damages));
        }

        private static String missing(long from, long to) {
            return "offsets " + from + " to " + (to - 1) + " are missing";
        }

        private void segment(long base) throws IOException {
            Path file = SegmentFiles.path(folder, base);
            boolean published = end.isExact() && base == end.segment();
            try {
                // before the look at the batches: what it says of those that come later is not looked at
                SegmentIndex.Comparison index = SegmentIndex.load(folder, base).comparison();
                long limit = published ? end.position() : Files.size(file);
                try (SegmentReader reader = SegmentReader.open(file, limit)) {
                    batches(file, base, reader, index);
                    if (!published && end.isExact() && reader.fault().isEmpty()) {
                        index.end();
                    }
                }
                segments++;
                indexes(base, index);
            } catch (NoSuchFileException removed) {
                expected = UNKNOWN;
                if (partition.logStart() <= base) { // else retention was faster
                    damages.add(new Damage(file, 0, "it is missing"));
                }
            }
        }

        private void batches(Path file, long base, SegmentReader reader, SegmentIndex.Comparison index)
                throws IOException {
            long least = base;
            if (expected == UNKNOWN && !partition.isAppendedElsewhere()) {
                expected = base;
            }
            while (reader.next(end.isExact() ? Long.MAX_VALUE : end.next())) {
                offsets(file, reader, least);
                epoch(file, reader);
                long last = Batch.lastOffset(reader.memory(), 0);
                least = last + 1;
                expected = partition.mayHaveGaps(last) ? Math.max(expected, least) : least;
                batches++;
                records += Batch.count(reader.memory(), 0);
                String fault = reader.isSound() ? reader.recordFault() : "a batch has another CRC than it should";
                if (!fault.isEmpty()) {
                    damages.add(new Damage(file, reader.position(), fault));
                }
                index.batch(reader.position(), last, Batch.highestTimestamp(reader.memory(), 0));
            }
            bytes += reader.position();
            // another publisher may not say where its last file ends: then it does behind the last offset
            if (!reader.fault().isEmpty() && (end.isExact() || expected < end.next())) {
                damages.add(new Damage(file, reader.position(), reader.fault()));
                expected = UNKNOWN;
            }
        }

        /** Those of a batch: they grow, and of what the lock appends none is left out. */
        private void offsets(Path file, SegmentReader reader, long least) {
            long first = Batch.baseOffset(reader.memory(), 0);
            if (first >= least && partition.mayHaveGaps(first)) {
                return;
            }
            if (first < Math.max(least, expected)) {
                String found = "a batch has offset " + first + ", and " + Math.max(least, expected) + " comes next";
                damages.add(new Damage(file, reader.position(), found));
            } else if (expected != UNKNOWN && first > expected && !partition.isAppendedElsewhere()) {
                damages.add(new Damage(file, reader.position(), missing(expected, first)));
            }
        }

        /** It is not part of what the CRC covers. */
        private void epoch(Path file, SegmentReader reader) {
            int epoch = Batch.epoch(reader.memory(), 0);
            if (epoch > partition.epoch() || epoch < -1) {
                damages.add(new Damage(
                        file, reader.position(), "a batch is of leader epoch " + epoch + ", which never was"));
            }
        }

        private void indexes(long base, SegmentIndex.Comparison index) throws IOException {
            index(SegmentIndex.offsetFile(folder, base), index.wrongOffset());
            index(SegmentIndex.timeFile(folder, base), index.wrongTime());
        }

        private void index(Path file, long wrong) {
            if (wrong >= 0) {
                damages.add(new Damage(
                        file, wrong, "an entry speaks of no such batch; delete the file, and it is made anew"));
            }
        }
    }
}
