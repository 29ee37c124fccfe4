package dev.naru.cli;

import java.io.IOException;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Shared memory as {@code naru ls} and {@code naru shm stat} show it. */
final class MemoryTable {
    private static final String FORM = "%-4s %-8s %10s %-24s %s%n";

    private final Context context;
    private final List<FoundMemory> found;
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    MemoryTable(Context context, List<FoundMemory> found) throws IOException {
        this.context = context;
        this.found = found;
        this.keys = found.stream().map(FoundMemory::mapped).toList();
        this.mapped = MappedMemory.of(keys);
    }

    /** A row for each, below a line of headings; nothing when there is none. */
    void print() {
        if (!found.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "size", "attached", "address");
            found.forEach(this::print);
        }
    }

    private void print(FoundMemory memory) {
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(memory.mode()),
                        Escapes.of(memory.owner()),
                        memory.size(),
                        attached(memory),
                        Escapes.of(memory.place().toString()));
    }

    /** The processes that have it mapped, or a dash. */
    String attached(FoundMemory memory) {
        return mapped.words(memory.mapped());
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return mapped.hides(keys);
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        found.forEach(memory -> lines.line(json -> write(json, memory)));
    }

    /** The properties that both commands print. */
    void write(JsonGenerator json, FoundMemory memory) {
        json.writeStringProperty("address", memory.place().toString());
        json.writeStringProperty("mode", Integer.toOctalString(memory.mode()));
        json.writeNumberProperty("uid", Integer.toUnsignedLong(memory.uid()));
        json.writeStringProperty("owner", memory.owner());
        json.writeNumberProperty("size", memory.size());
        mapped.write(json, memory.mapped());
        mapped.orphaned(memory.mapped()).write(json);
    }
}
