package dev.naru.topics;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A record to be appended: {@code NewRecord.of("customer-7", "…").withHeader("trace", "4711")}. Immutable, as long as nobody
 * changes the arrays.
 */
public final class NewRecord {
    /** The log's own time, and the partition that the key chooses. */
    private static final long UNSET = -1;

    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final List<Header> headers;
    private final long timestamp;
    private final int partition;

    private NewRecord(
            byte @Nullable [] key, byte @Nullable [] value, List<Header> headers, long timestamp, int partition) {
        this.key = key;
        this.value = value;
        this.headers = headers;
        this.timestamp = timestamp;
        this.partition = partition;
    }

    /** With text (UTF-8) for key and value. */
    public static NewRecord of(@Nullable String key, @Nullable String value) {
        return of(bytes(key), bytes(value));
    }

    /** With bytes for key and value, or none. They are not copied before it is appended. */
    public static NewRecord of(byte @Nullable [] key, byte @Nullable [] value) {
        return new NewRecord(key, value, List.of(), UNSET, (int) UNSET);
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The same with that key, or none. */
    public NewRecord withKey(byte @Nullable [] other) {
        return new NewRecord(other, value, headers, timestamp, partition);
    }

    /** The same with that value, or none. */
    public NewRecord withValue(byte @Nullable [] other) {
        return new NewRecord(key, other, headers, timestamp, partition);
    }

    /** The same with another header. */
    public NewRecord withHeader(Header header) {
        List<Header> more = Stream.concat(headers.stream(), Stream.of(header)).toList();
        return new NewRecord(key, value, more, timestamp, partition);
    }

    /** The same with another header of text. */
    public NewRecord withHeader(String name, @Nullable String text) {
        return withHeader(Header.of(name, text));
    }

    /** The same, made at that time, in ms since 1970; without it, the time at which it is appended. */
    public NewRecord withTimestamp(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("timestamp " + millis + " < 0");
        }
        return new NewRecord(key, value, headers, millis, partition);
    }

    /** The same for a certain partition; without it, the key chooses one. */
    public NewRecord toPartition(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("partition " + number + " < 0");
        }
        return new NewRecord(key, value, headers, timestamp, number);
    }

    byte @Nullable [] key() {
        return key;
    }

    byte @Nullable [] value() {
        return value;
    }

    List<Header> headers() {
        return headers;
    }

    /** What it takes in a batch at most, in bytes. */
    public long mostBytes() {
        long bytes = TopicWriter.mostBytes(key == null ? 0 : key.length, value == null ? 0 : value.length);
        for (Header header : headers) {
            byte[] itsValue = header.valueBytes();
            // a character has 3 bytes at most, a length 5
            bytes += 3L * header.name().length() + (itsValue == null ? 0 : itsValue.length) + 10;
        }
        return bytes;
    }

    long timestampOr(long now) {
        return timestamp == UNSET ? now : timestamp;
    }

    /** Whether it is for a certain partition. */
    public boolean hasPartition() {
        return partition != UNSET;
    }

    /** That partition; -1 where the key chooses one. */
    public int partition() {
        return partition;
    }
}
