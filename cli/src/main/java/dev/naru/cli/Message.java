package dev.naru.cli;

import dev.naru.topics.TopicRecord;
import org.jspecify.annotations.Nullable;

/** What goes through a relay as a whole, with the record that it was, if it comes from a topic. */
final class Message {
    private final byte[] bytes;
    private final @Nullable TopicRecord record;

    private Message(byte[] bytes, @Nullable TopicRecord record) {
        this.bytes = bytes;
        this.record = record;
    }

    /** Bytes alone. */
    static Message of(byte[] bytes) {
        return new Message(bytes, null);
    }

    /** A record of a topic; its value, which is nothing in one that deletes a key. */
    static Message of(TopicRecord record) {
        byte[] value = record.valueBytes();
        return new Message(value == null ? new byte[0] : value, record);
    }

    /** Not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /** The record that it was. */
    @Nullable
    TopicRecord record() {
        return record;
    }
}
