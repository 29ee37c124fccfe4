package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a compaction has to know of a log before it begins, from the headers of all its batches. For one thread. */
final class LogSurvey {
    /**
     * A sealed segment.
     *
     * @param base its base offset
     * @param size in bytes
     * @param inode of its file
     * @param last the last offset of its batches; less than the base when there is none
     * @param records how many records its batches have
     * @param most how many the batch has that has most
     */
    record Sealed(long base, long size, long inode, long last, long records, int most) {}

    private final List<Sealed> sealed = new ArrayList<>();
    private final TransactionMarks marks = new TransactionMarks();
    private final Map<Long, Long> lastOffsets = new HashMap<>(); // of what a producer appended

    private final Map<Long, Short> markedBy = new HashMap<>(); // the epoch of a producer's last mark
    private long before = -1; // the last offset of the segments that were looked at

    private LogSurvey() {}

    /** Of the log up to that end. */
    static LogSurvey of(Path folder, PublishedEnd end, Compaction.Watch watch)
            throws IOException, InterruptedException {
        LogSurvey survey = new LogSurvey();
        for (long base : SegmentFiles.list(folder)) {
            if (base <= end.segment) {
                try (Segment segment = Segment.openToRead(folder, base, 1)) {
                    survey.look(segment, base == end.segment ? end.position : segment.size(), watch);
                    if (base == end.segment) {
                        survey.sealed.removeLast();
                    }
                }
            }
        }
        return survey;
    }

    private void look(Segment segment, long limit, Compaction.Watch watch) throws IOException, InterruptedException {
        MemorySegment memory = segment.memory();
        long at = 0;
        long last = segment.base() - 1;
        long records = 0;
        int most = 0;
        while (at < limit) {
            watch.check();
            if (!Batch.isWhole(memory, at, limit) || Batch.baseOffset(memory, at) <= Math.max(last, before)) {
                throw damaged(segment, at);
            }
            last = Batch.lastOffset(memory, at);
            int count = Batch.count(memory, at);
            records += count;
            most = Math.max(most, count);
            marks.note(memory, at);
            if (Batch.producer(memory, at) >= 0) {
                note(memory, at);
            }
            at += Batch.size(memory, at);
        }
        before = Math.max(last, before);
        sealed.add(new Sealed(segment.base(), limit, segment.inode(), last, records, most));
    }

    /** No CRC covers lengths and offsets: what is wrong with one would be lost, and what comes behind it. */
    private static ErrnoException damaged(Segment segment, long at) {
        return ErrnoException.of(
                Problem.DAMAGED_LOG,
                Errno.EBADMSG.number(),
                "compact",
                segment.path().toString(),
                "position " + at,
                "no batch begins there whose offsets come next");
    }

    private void note(MemorySegment memory, long at) {
        long producer = Batch.producer(memory, at);
        if (Batch.isControl(memory, at)) {
            var _ = markedBy.put(producer, Batch.producerEpoch(memory, at));
        } else {
            var _ = lastOffsets.put(producer, Batch.lastOffset(memory, at));
        }
    }

    /** The sealed segments, in order. */
    List<Sealed> sealed() {
        return sealed;
    }

    /** What became of transactions. */
    TransactionMarks marks() {
        return marks;
    }

    /** Whether it alone says what its producer did last: the number of a record, or else the epoch of a mark. As Kafka has it. */
    boolean isLastOfProducer(MemorySegment memory, long at) {
        long producer = Batch.producer(memory, at);
        Long last = lastOffsets.get(producer);
        if (last != null) {
            return last == Batch.lastOffset(memory, at);
        }
        Short epoch = markedBy.get(producer);
        return epoch != null && Batch.isControl(memory, at) && epoch == Batch.producerEpoch(memory, at);
    }
}
