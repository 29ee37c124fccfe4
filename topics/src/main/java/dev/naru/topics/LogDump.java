package dev.naru.topics;

import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.PublishedEnd;
import dev.naru.topics.internal.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Shows the batches of a log as they lie in its files, whatever they are: of a partition, up to its published end, or of one
 * file, also one that Kafka wrote. It changes nothing, and disturbs nobody.
 */
public final class LogDump {
    private LogDump() {}

    /** Is told what lies in a file. */
    public interface Listener {
        /**
         * A batch.
         *
         * @param records its records; those before one that is wrong. None of a batch of marks, or one whose codec is not here
         */
        void onBatch(LogBatch batch, List<TopicRecord> records);

        /** In that file no batch begins at a position before its end; what follows is not looked at. */
        void onDamage(Damage damage);
    }

    /** All that is published of a partition. */
    public static void of(Topic topic, int number, Listener listener) throws IOException {
        Partition partition = topic.partition(number);
        PublishedEnd end = new PublishedEnd();
        partition.load(end);
        // an end that is an offset alone is all that says how far the last file may be read
        long bound = end.isExact() ? Long.MAX_VALUE : end.next();
        for (long base : SegmentFiles.list(partition.folder())) {
            if (SegmentFiles.isPublished(base, end)) {
                Path file = SegmentFiles.path(partition.folder(), base);
                boolean exact = end.isExact() && base == end.segment();
                try {
                    of(file, exact ? end.position() : Files.size(file), bound, number, listener);
                } catch (NoSuchFileException removed) {
                    // by retention, since it was listed
                }
            }
        }
    }

    /** A file of a log. Zeros at its end are no damage: it may be longer than what was appended. */
    public static void of(Path file, Listener listener) throws IOException {
        of(file, Files.size(file), Long.MAX_VALUE, 0, listener);
    }

    private static void of(Path file, long limit, long next, int number, Listener listener) throws IOException {
        try (SegmentReader reader = SegmentReader.open(file, limit)) {
            while (reader.next(next)) {
                listener.onBatch(reader.describe(), reader.records(number));
            }
            if (!reader.fault().isEmpty() && !reader.isTail()) {
                listener.onDamage(new Damage(file, reader.position(), reader.fault()));
            }
        }
    }
}
