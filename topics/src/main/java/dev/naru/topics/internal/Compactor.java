package dev.naru.topics.internal;

import dev.naru.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One round of a compaction, as Kafka's cleaner goes: the highest offset of each key of the dirty part goes into a map, as far as
 * that has room; then all segments from the start of the log to there are copied without what the map has a later record for, small
 * ones into one.
 *
 * <p>For whoever has the compactor's lock. It changes nothing but by a {@link Replacer}.
 */
final class Compactor {
    private final Path folder;
    private final PublishedEnd end;
    private final CompactionRange range;
    private final Limits limits;
    private final Compaction.Watch watch;
    private final Replacer replacer;

    /**
     * What bounds it.
     *
     * @param slots of the map, a power of two
     * @param segmentBytes of a file that several are merged into, at most
     * @param tombstoneMillis how long a tombstone stays
     * @param now in ms since 1970
     */
    record Limits(int slots, int segmentBytes, long tombstoneMillis, long now) {}

    /** Puts the file in the place of those segments, unless they are there no more: false then. */
    interface Replacer {
        boolean replace(Path cleaned, List<LogSurvey.Sealed> old) throws IOException, InterruptedException;
    }

    Compactor(
            Path folder,
            PublishedEnd end,
            CompactionRange range,
            Limits limits,
            Compaction.Watch watch,
            Replacer replacer) {
        this.folder = folder;
        this.end = end;
        this.range = range;
        this.limits = limits;
        this.watch = watch;
        this.replacer = replacer;
    }

    /** Below which offset it is compacted now; where it was before if segments went meanwhile. */
    long round() throws IOException, InterruptedException {
        LogSurvey survey = LogSurvey.of(folder, end, watch);
        List<LogSurvey.Sealed> all = survey.sealed();
        if (all.isEmpty()) {
            return range.dirty();
        }
        long limit = decided(survey);
        List<LogSurvey.Sealed> dirty = all.stream()
                .filter(each -> each.last() >= range.dirty() && each.base() < limit)
                .toList();
        long keys = dirty.stream().mapToLong(LogSurvey.Sealed::records).sum();
        int least = dirty.stream().mapToInt(LogSurvey.Sealed::most).max().orElse(0);
        try (OffsetMap map = OffsetMap.of(keys, least, limits.slots())) {
            BatchRecords records = new BatchRecords();
            long mapped = fill(map, records, survey, dirty, limit);
            BatchFilter filter = new BatchFilter(map, mapped, survey, records, limits.now(), limits.tombstoneMillis());
            survey.marks().begin();
            for (List<LogSurvey.Sealed> group : grouped(all, mapped)) {
                if (!compact(group, filter, records)) {
                    return range.dirty();
                }
            }
            return mapped;
        }
    }

    /** No transaction is open below. */
    private long decided(LogSurvey survey) {
        long limit = range.limit();
        for (LogSurvey.Sealed each : survey.sealed()) {
            if (each.last() >= survey.marks().stable()) {
                limit = Math.min(limit, each.base());
            }
        }
        return Math.max(limit, Math.min(range.limit(), range.dirty()));
    }

    /** Up to where all is in the map. */
    private long fill(OffsetMap map, BatchRecords records, LogSurvey survey, List<LogSurvey.Sealed> dirty, long limit)
            throws IOException, InterruptedException {
        long mapped = range.dirty();
        for (int i = 0; i < dirty.size(); i++) {
            try (Segment segment = Segment.openToRead(folder, dirty.get(i).base(), 1)) {
                MemorySegment memory = segment.memory();
                long size = dirty.get(i).size();
                for (long at = 0; at < size; at += Batch.size(memory, at)) {
                    watch.check();
                    long last = Batch.lastOffset(memory, at);
                    boolean counts =
                            !Batch.isControl(memory, at) && !survey.marks().isAborted(memory, at);
                    if (last >= range.dirty() && counts && !fill(map, records, segment, at)) {
                        return mapped;
                    }
                    mapped = Math.max(mapped, last + 1);
                }
            }
            mapped = i + 1 < dirty.size() ? dirty.get(i + 1).base() : limit; // there may be a gap
        }
        return mapped;
    }

    private boolean fill(OffsetMap map, BatchRecords records, Segment segment, long at) throws ErrnoException {
        records.enter(segment, at);
        while (records.next()) {
            if (records.hasKey() && records.offset() >= range.dirty() && !map.put(records.key(), records.offset())) {
                return false;
            }
        }
        return true;
    }

    /** Those that begin below, as many at a time as fit into a file, and whose offsets an index can have. */
    private List<List<LogSurvey.Sealed>> grouped(List<LogSurvey.Sealed> all, long below) {
        List<List<LogSurvey.Sealed>> groups = new ArrayList<>();
        long bytes = 0;
        for (LogSurvey.Sealed each : all) {
            if (each.base() < below) {
                bytes += each.size();
                if (groups.isEmpty()
                        || bytes > limits.segmentBytes()
                        || each.last() - groups.getLast().getFirst().base() > Integer.MAX_VALUE) {
                    groups.add(new ArrayList<>());
                    bytes = each.size();
                }
                groups.getLast().add(each);
            }
        }
        return groups;
    }

    /** False when the segments are there no more. */
    private boolean compact(List<LogSurvey.Sealed> group, BatchFilter filter, BatchRecords records)
            throws IOException, InterruptedException {
        long last = group.getLast().last();
        boolean same = group.size() == 1;
        watch.check(); // or the file might be made beside those of another topic of that name
        try (CleanedFile cleaned = CleanedFile.create(folder, group.getFirst().base())) {
            for (LogSurvey.Sealed each : group) {
                try (Segment segment = Segment.openToRead(folder, each.base(), 1)) {
                    MemorySegment memory = segment.memory();
                    for (long at = 0; at < each.size(); at += Batch.size(memory, at)) {
                        watch.check();
                        records.enter(segment, at);
                        same &= filter.copy(memory, at, Batch.lastOffset(memory, at) == last, cleaned);
                    }
                }
            }
            if (same) {
                return true;
            }
            cleaned.sync();
            return replacer.replace(cleaned.path(), group);
        }
    }
}
