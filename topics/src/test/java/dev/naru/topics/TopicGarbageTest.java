package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.naru.linux.testing.NoLeaks;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Claim and publish, and reading in place, make no garbage: of many batches, one allocates less than an object a round. */
@ExtendWith(NoLeaks.class)
class TopicGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCHES = 200;
    private static final int BATCH = 5_000;
    private static final double SMALLEST_OBJECT = 16;

    @TempDir
    Path folder;

    @Test
    void appendingAndReadingInPlaceMakeNone() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 22));
                Cursor cursor = topic.read(Start.earliest())) {
            TopicWriter writer = topic.writer(0);
            long[] sum = new long[1];
            RecordHandler handler =
                    record -> sum[0] += record.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, record.valueOffset());
            double fewest = Double.MAX_VALUE;
            for (int batch = 0; batch < BATCHES && fewest >= SMALLEST_OBJECT; batch++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < BATCH; i++) {
                    writer.claim(TopicWriter.NONE, 8, 1);
                    writer.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), 1);
                    long _ = writer.publish();
                    int _ = cursor.drain(handler, 8);
                }
                fewest = Math.min(fewest, (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) BATCH);
            }
            assertThat(fewest).as("bytes allocated a round").isLessThan(SMALLEST_OBJECT);
            assertThat(sum[0]).isPositive();
        }
    }

    @Test
    void layingOutAheadMakesNone() throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(1).withSegmentBytes(1 << 22))) {
            TopicWriter writer = topic.writer(0);
            RecordBuffer buffer = RecordBuffer.create();
            byte[] value = new byte[8];
            double fewest = Double.MAX_VALUE;
            for (int batch = 0; batch < BATCHES && fewest >= SMALLEST_OBJECT; batch++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < BATCH; i++) {
                    boolean _ = buffer.add(null, value, List.of(), 1, 1 << 20);
                    if (i % 10 == 0) {
                        long _ = writer.append(buffer);
                        buffer.clear();
                    }
                }
                fewest = Math.min(fewest, (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) BATCH);
            }
            assertThat(fewest).as("bytes allocated a round").isLessThan(SMALLEST_OBJECT);
        }
    }
}
