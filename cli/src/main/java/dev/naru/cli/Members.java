package dev.naru.cli;

import dev.naru.memory.Identity;
import tools.jackson.core.JsonGenerator;

/** Who holds a lock or has an end of a ring, as they told it themselves. */
final class Members {
    private Members() {}

    /** In one column: {@code sleep(812)}, {@code sleep(812,dead)}, or a dash. */
    static String words(Identity who) {
        if (who.id() == 0) {
            return "-";
        }
        String name = who.name().isEmpty() ? "id" + who.id() : Escapes.of(who.name());
        return name + "(" + who.pid() + (who.alive() ? ")" : ",dead)");
    }

    /** As a property: an object, with the id 0 for nobody. */
    static void write(JsonGenerator json, String property, Identity who) {
        json.writeObjectPropertyStart(property);
        json.writeNumberProperty("id", who.id());
        json.writeNumberProperty("pid", who.pid());
        json.writeStringProperty("name", who.name());
        json.writeBooleanProperty("alive", who.alive());
        json.writeEndObject();
    }
}
