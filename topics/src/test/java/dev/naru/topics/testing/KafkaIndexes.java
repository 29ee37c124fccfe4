package dev.naru.topics.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.storage.internals.log.OffsetIndex;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.TimeIndex;

/** Kafka's own classes look at indexes, as its DumpLogSegments does. */
public final class KafkaIndexes {
    private static final int ANY_SIZE = 10 << 20;

    private KafkaIndexes() {}

    /** The file beside a segment. */
    public static Path beside(Path segment, String suffix) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.length() - ".log".length()) + suffix);
    }

    /** All segments that have something have their indexes, and each entry is true: how many there are. */
    public static int assertSound(Path partition) throws Exception {
        int entries = 0;
        for (Path segment : Logs.segments(partition)) {
            if (Files.size(segment) == 0) {
                continue; // claimed and given up
            }
            try (FileRecords log = FileRecords.open(segment.toFile(), false)) {
                long base = Long.parseLong(segment.getFileName().toString().replace(".log", ""));
                entries += assertOffsets(log, beside(segment, ".index"), base);
                assertTimes(log, beside(segment, ".timeindex"), base);
            }
        }
        return entries;
    }

    private static int assertOffsets(FileRecords log, Path file, long base) throws Exception {
        assertThat(file).exists();
        try (OffsetIndex index = new OffsetIndex(file.toFile(), base, ANY_SIZE, false)) {
            index.sanityCheck();
            int entries = (int) Files.size(file) / 8;
            for (int entry = 0; entry < entries; entry++) {
                OffsetPosition position = index.entry(entry);
                Iterator<FileChannelRecordBatch> batches =
                        log.batchesFrom(position.position()).iterator();
                assertThat(batches.next().lastOffset()).isEqualTo(position.offset());
            }
            return entries;
        }
    }

    private static void assertTimes(FileRecords log, Path file, long base) throws Exception {
        assertThat(file).exists();
        long entries = Files.size(file) / 12;
        try (TimeIndex index = new TimeIndex(file.toFile(), base, ANY_SIZE, false)) {
            index.sanityCheck();
            long highest = -1;
            int entry = 0;
            for (FileChannelRecordBatch batch : log.batches()) {
                highest = Math.max(highest, batch.maxTimestamp());
                if (entry < entries && index.entry(entry).offset() == batch.lastOffset()) {
                    assertThat(index.entry(entry).timestamp()).isEqualTo(batch.maxTimestamp());
                    entry++;
                }
            }
            assertThat(entry).isEqualTo((int) entries);
            assertThat(index.lastEntry().timestamp()).isEqualTo(highest);
        }
    }
}
