package dev.naru.cli;

import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.SystemVQueues;
import tools.jackson.core.JsonGenerator;

/** Message queues as JSON has them, the same in every command. */
final class QueueWords {
    private QueueWords() {}

    static void write(JsonGenerator json, SystemVQueues.Status queue) {
        json.writeNumberProperty("msqid", queue.id());
        json.writeStringProperty("key", "0x" + Integer.toHexString(queue.key()));
        write(json, queue.mode(), queue.owner());
        json.writeNumberProperty("messages", queue.messages());
        json.writeNumberProperty("backlog", queue.bytes());
        json.writeNumberProperty("capacity", queue.mostBytes());
        json.writeNumberProperty("lastSender", queue.lastSender());
        json.writeNumberProperty("lastReceiver", queue.lastReceiver());
        json.writeNumberProperty("sent", queue.sent());
        json.writeNumberProperty("received", queue.received());
        json.writeNumberProperty("changed", queue.changed());
    }

    static void write(JsonGenerator json, int mode, int owner, Attributes holds) {
        write(json, mode, owner);
        write(json, holds);
    }

    static void write(JsonGenerator json, Attributes holds) {
        json.writeNumberProperty("messages", holds.messages());
        json.writeNumberProperty("mostMessages", holds.mostMessages());
        json.writeNumberProperty("longest", holds.longest());
    }

    private static void write(JsonGenerator json, int mode, int owner) {
        json.writeStringProperty("mode", Integer.toOctalString(mode));
        json.writeNumberProperty("uid", Integer.toUnsignedLong(owner));
        json.writeStringProperty("owner", FoundMemory.owner(owner));
    }
}
