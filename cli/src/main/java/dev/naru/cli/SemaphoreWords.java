package dev.naru.cli;

import dev.naru.linux.SystemVSemaphores;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Semaphores as JSON has them, the same in every command. */
final class SemaphoreWords {
    private SemaphoreWords() {}

    static void write(JsonGenerator json, SystemVSemaphores.Status set) {
        json.writeNumberProperty("semid", set.id());
        json.writeStringProperty("key", "0x" + Integer.toHexString(set.key()));
        write(json, set.mode(), set.owner());
        json.writeNumberProperty("count", set.count());
        json.writeNumberProperty("operated", set.operated());
        json.writeNumberProperty("changed", set.changed());
    }

    static void write(JsonGenerator json, List<SystemVSemaphores.One> all) {
        json.writeArrayPropertyStart("semaphores");
        for (SystemVSemaphores.One one : all) {
            json.writeStartObject();
            json.writeNumberProperty("value", one.value());
            json.writeNumberProperty("waiting", one.waiting());
            json.writeNumberProperty("waitingForZero", one.waitingForZero());
            json.writeNumberProperty("lastUser", one.lastUser());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void write(JsonGenerator json, int mode, int owner) {
        json.writeStringProperty("mode", Integer.toOctalString(mode));
        json.writeNumberProperty("uid", Integer.toUnsignedLong(owner));
        json.writeStringProperty("owner", FoundMemory.owner(owner));
    }
}
