package dev.naru.cli;

import dev.naru.linux.Sockets;
import dev.naru.topics.TopicRecord;
import org.jspecify.annotations.Nullable;

/** What goes through a relay as a whole, with what is known of where it comes from. */
final class Message {
    private final byte[] bytes;
    private final Sockets.@Nullable Credentials sender;
    private final @Nullable TopicRecord record;

    private Message(byte[] bytes, Sockets.@Nullable Credentials sender, @Nullable TopicRecord record) {
        this.bytes = bytes;
        this.sender = sender;
        this.record = record;
    }

    /** Bytes alone. */
    static Message of(byte[] bytes) {
        return new Message(bytes, null, null);
    }

    /** From that process. */
    static Message from(byte[] bytes, Sockets.@Nullable Credentials sender) {
        return new Message(bytes, sender, null);
    }

    /** A record of a topic; its value, which is nothing in one that deletes a key. */
    static Message of(TopicRecord record) {
        byte[] value = record.valueBytes();
        return new Message(value == null ? new byte[0] : value, null, record);
    }

    /** Not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /** Who sent it, if the kernel says so. */
    Sockets.@Nullable Credentials sender() {
        return sender;
    }

    /** The record that it was. */
    @Nullable
    TopicRecord record() {
        return record;
    }
}
