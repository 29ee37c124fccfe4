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
        ProducerStates.Known known = ProducerStates.newest(folder, bases, end.segment());
        for (int i = known.segment(); i < bases.length && bases[i] <= end.segment(); i++) {
            try (Segment segment = Segment.openToRead(folder, bases[i], 1)) {
                long limit = bases[i] == end.segment() ? end.position() : segment.size();
                known.states().scan(segment.memory(), limit);
            }
        }
        ProducerStates.Last last = known.states().last(producer);
        return last == null ? NONE : last.sequence();
    }
}
