package dev.naru.local;

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
    private final List<PendingRecord> records = new ArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private long bytes = TopicWriter.BATCH_OVERHEAD;
    private boolean hasHeaders;

    // Set once, before it is done.
    private long baseOffset = -1;
    private @Nullable Exception error;

    /** For that lane, begun at that {@link System#nanoTime}. */
    Batch(Lane place, long bornAt) {
        this.place = place;
        this.bornAt = bornAt;
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

    /** Whether there is room for so many bytes more. */
    boolean hasRoom(long more) {
        return records.isEmpty() || bytes + more <= place.mostBytes();
    }

    /** Takes a record in. */
    void add(PendingRecord record, long itsBytes) {
        record.joined(this, records.size());
        records.add(record);
        bytes += itsBytes;
        hasHeaders |= record.headerArray().length > 0;
    }

    List<PendingRecord> records() {
        return records;
    }

    boolean hasHeaders() {
        return hasHeaders;
    }

    /** At most: what it takes in the log. */
    long bytes() {
        return bytes;
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
        records.forEach(PendingRecord::arrived);
        records.clear(); // a future keeps its batch, and shall not keep the others
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
