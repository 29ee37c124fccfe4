package dev.naru.topics;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record that was read. Immutable, as long as nobody changes the arrays. */
public final class TopicRecord {
    private final String topic;
    private final int partition;
    private final long offset;
    private final long timestamp;
    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final List<Header> headers;

    TopicRecord(
            String topic,
            int partition,
            long offset,
            long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<Header> headers) {
        this.topic = topic;
        this.partition = partition;
        this.offset = offset;
        this.timestamp = timestamp;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    /** Which topic it is in. */
    public String topic() {
        return topic;
    }

    /** Which partition it is in. */
    public int partition() {
        return partition;
    }

    /** Its number in its partition. */
    public long offset() {
        return offset;
    }

    /** When it was made, in ms since 1970. */
    public long timestamp() {
        return timestamp;
    }

    /** Its key as text (UTF-8); null when it has none. */
    public @Nullable String key() {
        return text(key);
    }

    /** Its value as text (UTF-8); null when it has none. */
    public @Nullable String value() {
        return text(value);
    }

    /** Its key; null when it has none. */
    public byte @Nullable [] keyBytes() {
        return key;
    }

    /** Its value; null when it has none. */
    public byte @Nullable [] valueBytes() {
        return value;
    }

    /** What goes with it, in order. */
    public List<Header> headers() {
        return headers;
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return partition + ":" + offset + " " + key() + "=" + value();
    }
}
