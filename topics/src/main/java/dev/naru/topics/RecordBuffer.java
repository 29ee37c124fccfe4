package dev.naru.topics;

import dev.naru.topics.internal.BatchWriter;
import dev.naru.topics.internal.RecordWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that are laid out ahead, as one batch, in memory of its own: {@link TopicWriter#append} then copies them into the log at once, so
 * that the lock of the partition is held for no longer than that takes. It can be used again, for any partition, and makes no
 * garbage but when it grows.
 *
 * <pre>{@code
 * RecordBuffer records = RecordBuffer.create();
 * while (records.add(key(), value(), List.of(), System.currentTimeMillis(), 1 << 20)) {}
 * long first = writer.append(records);
 * records.clear();
 * }</pre>
 *
 * <p>For one thread at a time. What is in it is lost with the process.
 */
public final class RecordBuffer {
    private static final int LEAST = 4 << 10;

    private final BatchWriter batch = new BatchWriter();
    private final RecordWriter record = new RecordWriter();
    private MemorySegment memory = MemorySegment.NULL; // not guarded where it is written: it stays as long as this does

    private RecordBuffer() {}

    /** An empty one, which has no memory yet. */
    public static RecordBuffer create() {
        return new RecordBuffer();
    }

    /**
     * Copies a record in, behind those that are there.
     *
     * @param timestamp in ms since 1970
     * @param mostBytes of the batch, {@link TopicWriter#BATCH_OVERHEAD} included
     * @return false when it would have more than that; it is as it was
     */
    public boolean add(
            byte @Nullable [] key, byte @Nullable [] value, List<Header> headers, long timestamp, int mostBytes) {
        record.set(key, value, Topic.encoded(headers));
        try {
            long needed = bytes() + record.bytes(batch.delta(timestamp), batch.count());
            if (needed > mostBytes) {
                return false;
            }
            if (needed > memory.byteSize()) {
                grow((int) needed, mostBytes);
            }
            record.write(batch, timestamp);
            return true;
        } finally {
            record.set(null, null, List.of()); // lets go of them
        }
    }

    private void grow(int least, int most) {
        long doubled = Math.max(LEAST, 2 * memory.byteSize());
        MemorySegment larger = Arena.ofAuto().allocate(Math.max(least, Math.min(doubled, most)));
        batch.moveTo(larger);
        memory = larger;
    }

    /** How many records it has. */
    public int count() {
        return batch.count();
    }

    /** What they take as a batch of the log that is not compressed, in bytes. */
    public int bytes() {
        return Math.max(batch.bytes(), TopicWriter.BATCH_OVERHEAD);
    }

    /** How much memory it has, in bytes. */
    public long capacity() {
        return memory.byteSize();
    }

    /** Forgets what it has; its memory stays. */
    public void clear() {
        batch.begin(memory, 0, memory.byteSize());
    }

    /** What is laid out. */
    BatchWriter batch() {
        return batch;
    }
}
