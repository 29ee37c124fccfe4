package dev.naru.local;

import dev.naru.topics.RecordBuffer;
import dev.naru.topics.TopicWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that are appended together. Filled under the lock of the {@link Accumulator}, and then the sender's.
 */
final class Batch {
    private final Lane place;
    private final long bornAt;
    private final CountDownLatch done = new CountDownLatch(1);
    private final RecordBuffer records; // as they will lie in the log; its next user's when this is done
    private List<PendingRecord> awaited = new ArrayList<>(); // those of which somebody is told
    private long reserved;

    // Set once, before it is done.
    private long baseOffset = -1;
    private @Nullable Exception error;

    /** For that lane, begun at that {@link System#nanoTime}, in a buffer that is empty. */
    Batch(Lane place, long bornAt, RecordBuffer records) {
        this.place = place;
        this.bornAt = bornAt;
        this.records = records;
    }

    Lane place() {
        return place;
    }

    long bornAt() {
        return bornAt;
    }

    /** What a record takes in a batch at most, in bytes. */
    static long mostBytes(int keyLength, int valueLength, Header[] headers) {
        long most = TopicWriter.mostBytes(keyLength, valueLength);
        for (Header header : headers) {
            byte[] value = header.value();
            // a character has 3 bytes at most, a length 5
            most += 3L * header.key().length() + (value == null ? 0 : value.length) + 10;
        }
        return most;
    }

    /**
     * Copies a record in; false when there is no room for it. The first one always has.
     *
     * @param bytes that are reserved for it
     */
    boolean add(PendingRecord record, long bytes) {
        int number = records.count();
        if (!record.write(records, number == 0 ? Integer.MAX_VALUE : place.mostBytes())) {
            return false;
        }
        record.joined(this, number);
        if (record.isAwaited()) {
            awaited.add(record);
        }
        reserved += bytes;
        return true;
    }

    /** Its records. */
    RecordBuffer records() {
        return records;
    }

    /** Those of which somebody is told, in order. */
    List<PendingRecord> awaited() {
        return awaited;
    }

    /** The bytes that are reserved for it. */
    long reserved() {
        return reserved;
    }

    /** It is there, from that offset on; it is not done yet. */
    void appended(long offset) {
        baseOffset = offset;
    }

    /** It is not there, or perhaps not; it is not done yet. */
    void failed(Exception why) {
        error = why;
    }

    long baseOffset() {
        return baseOffset;
    }

    @Nullable
    Exception error() {
        return error;
    }

    /** All have been told. */
    void done() {
        awaited = List.of(); // a future keeps its batch, and shall not keep the others
        done.countDown();
    }

    boolean isDone() {
        return done.getCount() == 0;
    }

    void await() throws InterruptedException {
        done.await();
    }

    boolean await(long timeout, TimeUnit unit) throws InterruptedException {
        return done.await(timeout, unit);
    }
}
