package dev.naru.topics.internal;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;

/** Looks for what a producer appended last: from the newest snapshot on, or from the start of the log. */
final class LastSequence {
    private static final int NONE = -1;

    private LastSequence() {}

    static int of(Partition partition, long producer) throws IOException {
        while (true) {
            try {
                return in(partition, producer);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NOT_FOUND) {
                    throw refused;
                } // removed since it was listed: list again
            }
        }
    }

    private static int in(Partition partition, long producer) throws IOException {
        PublishedEnd end = new PublishedEnd();
        Path folder = partition.folder();
        partition.load(end);
        long[] bases = SegmentFiles.list(folder);
        ProducerStates states = null;
        int from = bases.length;
        while (states == null && from > 0) {
            from--;
            states = bases[from] <= end.segment() ? ProducerStates.load(folder, bases[from]) : null;
        }
        ProducerStates found = states == null ? ProducerStates.none() : states;
        for (int i = from; i < bases.length && bases[i] <= end.segment(); i++) {
            try (Segment segment = Segment.openToRead(folder, bases[i], 1)) {
                long limit = bases[i] == end.segment() ? end.position() : segment.size();
                found.scan(segment.memory(), 0, limit);
            }
        }
        ProducerStates.Last last = found.last(producer);
        return last == null ? NONE : last.sequence();
    }
}
