package dev.naru.local;

import dev.naru.topics.RecordBuffer;
import java.util.Arrays;
import java.util.List;
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
 * <p>Thread-safe as a future. It has its bytes until they are copied into a batch, and whom to tell until its batch is done.
 */
final class PendingRecord implements Future<RecordMetadata> {
    private static final Header[] NO_HEADERS = {};

    private final int keyLength;
    private final int valueLength;
    private final long timestamp;

    // Let go of when they are copied, and when it is done: who keeps the future keeps no more than that.
    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private Header[] headers;
    private @Nullable Callback callback;
    private @Nullable Headers shown;

    // Set when it is put into a batch, under the lock of the accumulator.
    private @Nullable Batch batch;
    private int index;

    /**
     * One that is in no batch yet.
     *
     * @param callback of who has sent it
     * @param shown its headers, where there are interceptors that are shown them afterwards
     */
    PendingRecord(
            byte @Nullable [] key,
            byte @Nullable [] value,
            Header[] headers,
            long timestamp,
            @Nullable Callback callback,
            @Nullable Headers shown) {
        this.key = key;
        this.value = value;
        this.keyLength = key == null ? -1 : key.length;
        this.valueLength = value == null ? -1 : value.length;
        this.headers = headers;
        this.timestamp = timestamp;
        this.callback = callback;
        this.shown = shown;
    }

    /** Copies it there; false when the batch would have more than so many bytes. */
    boolean write(RecordBuffer into, int mostBytes) {
        return into.add(key, value, copied(headers), timestamp, mostBytes);
    }

    private static List<dev.naru.topics.Header> copied(Header[] headers) {
        if (headers.length == 0) {
            return List.of(); // as most have
        }
        return Arrays.stream(headers)
                .map(header -> dev.naru.topics.Header.of(header.key(), header.value()))
                .toList();
    }

    /** It is the so-many-th of that batch, and copied there. */
    void joined(Batch its, int number) {
        batch = its;
        index = number;
        key = null;
        value = null;
        headers = NO_HEADERS;
    }

    /** Whether somebody is told of it, beside who asks the future. */
    boolean isAwaited() {
        return callback != null || shown != null;
    }

    @Nullable
    Callback callback() {
        return callback;
    }

    /** Its headers; null when there are no interceptors. */
    @Nullable
    Headers shown() {
        return shown;
    }

    /** All were told. */
    void arrived() {
        callback = null;
        shown = null;
    }

    /** Where it is, once its batch is appended. */
    RecordMetadata metadata() {
        Batch its = batch();
        return new RecordMetadata(
                its.place().id(),
                its.baseOffset(),
                index,
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
        return metadata();
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
