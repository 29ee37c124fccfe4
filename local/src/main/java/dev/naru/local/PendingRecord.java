package dev.naru.local;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way, and the future of where it is then.
 *
 * <p>Thread-safe as a future. Until its batch is done, its bytes belong to whoever appends it.
 */
final class PendingRecord implements Future<RecordMetadata> {
    private final int keyLength;
    private final int valueLength;
    private final long timestamp;
    private final Headers headers;
    private final Header[] headerArray; // the same

    // Let go of when it is done: who keeps the future keeps no more than that.
    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private @Nullable Callback callback;

    // Set when it is put into a batch, under the lock of the accumulator.
    private @Nullable Batch batch;
    private int index;

    PendingRecord(
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            Header[] headerArray,
            long timestamp,
            @Nullable Callback callback) {
        this.key = key;
        this.value = value;
        this.keyLength = key == null ? -1 : key.length;
        this.valueLength = value == null ? -1 : value.length;
        this.headers = headers;
        this.headerArray = headerArray;
        this.timestamp = timestamp;
        this.callback = callback;
    }

    byte @Nullable [] key() {
        return key;
    }

    byte @Nullable [] value() {
        return value;
    }

    int keyLength() {
        return keyLength;
    }

    int valueLength() {
        return valueLength;
    }

    long timestamp() {
        return timestamp;
    }

    Headers headers() {
        return headers;
    }

    Header[] headerArray() {
        return headerArray;
    }

    @Nullable
    Callback callback() {
        return callback;
    }

    /** It is the so-many-th of that batch. */
    void joined(Batch its, int number) {
        batch = its;
        index = number;
    }

    /** Lets go of what only the way needed. */
    void arrived() {
        key = null;
        value = null;
        callback = null;
    }

    /** Where it is, once its batch is appended. */
    RecordMetadata metadata(Batch its, int number) {
        return new RecordMetadata(
                its.place().id(),
                its.baseOffset(),
                number,
                its.place().isLogTime() ? ConsumerRecord.NO_TIMESTAMP : timestamp, // the log has set another
                keyLength,
                valueLength);
    }

    private Batch batch() {
        Batch joined = batch;
        if (joined == null) {
            throw new IllegalStateException("it was not sent");
        }
        return joined;
    }

    @Override
    public RecordMetadata get() throws InterruptedException, ExecutionException {
        batch().await();
        return answer();
    }

    @Override
    public RecordMetadata get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (!batch().await(timeout, unit)) {
            throw new TimeoutException("not appended after " + timeout + " " + unit);
        }
        return answer();
    }

    private RecordMetadata answer() throws ExecutionException {
        Exception error = batch().error();
        if (error != null) {
            throw new ExecutionException(error);
        }
        return metadata(batch(), index);
    }

    @Override
    public boolean isDone() {
        return batch().isDone();
    }

    /** It is on its way: nobody can call it back. */
    @Override
    public boolean cancel(boolean mayInterrupt) {
        return false;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    /** For one whose record was refused before it was on its way: what {@link Future#get} throws. */
    static Future<RecordMetadata> refused(Exception why) {
        return new Refusal(why);
    }

    private record Refusal(Exception why) implements Future<RecordMetadata> {
        @Override
        public RecordMetadata get() throws ExecutionException {
            throw new ExecutionException(why);
        }

        @Override
        public RecordMetadata get(long timeout, TimeUnit unit) throws ExecutionException {
            throw new ExecutionException(why);
        }

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            return false;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }
    }
}
