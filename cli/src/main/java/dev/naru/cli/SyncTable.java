package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.BarrierStat;
import dev.naru.memory.EventStat;
import dev.naru.memory.Identity;
import dev.naru.memory.ReadWriteLockStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Read-write locks, events and barriers as {@code naru ls} shows them. */
final class SyncTable {
    private static final String FORM = "%-4s %-8s %-24s %-7s %-9s %-24s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    /**
     * What one shows of itself.
     *
     * @param members who is in it
     * @param waitedFor whether somebody may be asleep in it
     * @param state in a word
     * @param more what JSON has besides
     */
    private record View(List<Identity> members, boolean waitedFor, String state, JsonLines.Body more) {
        boolean isAlive() {
            return members.stream().anyMatch(Identity::alive);
        }
    }

    /** One of them; without a view when we may not read it, or it is damaged. */
    private record Row(
            FoundShared<? extends Address> found, @Nullable View view, boolean damaged) {}

    /** Looks at one. */
    @FunctionalInterface
    private interface Look<A extends Address> {
        View at(A address) throws IOException;
    }

    private SyncTable(Context context, List<Row> rows) throws IOException {
        this.context = context;
        this.rows.addAll(rows);
        this.keys = rows.stream().map(row -> row.found.mapped()).toList();
        this.mapped = MappedMemory.of(keys);
    }

    static SyncTable readWriteLocks(Context context) throws IOException {
        return new SyncTable(context, rows(FoundShared.readWriteLocks(), address -> {
            try (ReadWriteLockStat stat = ReadWriteLockStat.open(address)) {
                ReadWriteLockStat.Snapshot shown = stat.read();
                List<Identity> members = new ArrayList<>(shown.readers());
                if (shown.writer().id() != 0) {
                    members.addFirst(shown.writer());
                }
                String state = shown.dirty() ? "dirty" : shown.writer().id() != 0 ? "writing" : "-";
                return new View(members, shown.waitedFor(), state, json -> {
                    Members.write(json, "writer", shown.writer());
                    members(json, "readers", shown.readers());
                    json.writeBooleanProperty("waitedFor", shown.waitedFor());
                    json.writeBooleanProperty("dirty", shown.dirty());
                });
            }
        }));
    }

    static SyncTable events(Context context) throws IOException {
        return new SyncTable(context, rows(FoundShared.events(), address -> {
            try (EventStat stat = EventStat.open(address)) {
                EventStat.Snapshot shown = stat.read();
                return new View(List.of(), shown.waitedFor(), shown.set() ? "set" : "-", json -> {
                    json.writeBooleanProperty("set", shown.set());
                    json.writeNumberProperty("times", shown.times());
                    json.writeBooleanProperty("waitedFor", shown.waitedFor());
                });
            }
        }));
    }

    static SyncTable barriers(Context context) throws IOException {
        return new SyncTable(context, rows(FoundShared.barriers(), address -> {
            try (BarrierStat stat = BarrierStat.open(address)) {
                BarrierStat.Snapshot shown = stat.read();
                List<Identity> parties = shown.places().stream()
                        .map(BarrierStat.Place::who)
                        .filter(who -> who.id() != 0)
                        .toList();
                boolean broken = shown.brokenBy().id() != 0;
                return new View(parties, shown.waitedFor(), broken ? "broken" : "-", json -> {
                    json.writeNumberProperty("parties", shown.parties());
                    json.writeNumberProperty("phase", shown.phase());
                    members(json, "members", parties);
                    Members.write(json, "brokenBy", shown.brokenBy());
                    json.writeBooleanProperty("waitedFor", shown.waitedFor());
                });
            }
        }));
    }

    private static void members(JsonGenerator json, String property, List<Identity> members) {
        json.writeArrayPropertyStart(property);
        for (Identity who : members) {
            json.writeStartObject();
            json.writeNumberProperty("id", who.id());
            json.writeNumberProperty("pid", who.pid());
            json.writeStringProperty("name", who.name());
            json.writeBooleanProperty("alive", who.alive());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static <A extends Address> List<Row> rows(List<FoundShared<A>> found, Look<A> look) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (FoundShared<A> each : found) {
            try {
                rows.add(new Row(each, look.at(each.address()), false));
            } catch (ErrnoException refused) {
                rows.add(new Row(each, null, refused.problem() == Problem.WRONG_KIND));
            }
        }
        return rows;
    }

    private Orphaned orphaned(Row row) {
        return row.view != null && row.view.isAlive() ? Orphaned.NO : mapped.orphaned(row.found.mapped());
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "members", "waiting", "state", "attached", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Row row) {
        View view = row.view;
        Orphaned orphaned = orphaned(row);
        String state = row.damaged ? "damaged" : view == null ? "?" : view.state;
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(row.found.mode()),
                        Escapes.of(FoundMemory.owner(row.found.uid())),
                        view == null ? "?" : words(view.members),
                        view == null ? "?" : view.waitedFor ? "yes" : "no",
                        state.equals("-") && orphaned == Orphaned.YES ? orphaned.word() : state,
                        mapped.words(row.found.mapped()),
                        Escapes.of(row.found.address().toString()));
    }

    private static String words(List<Identity> members) {
        return members.isEmpty() ? "-" : members.stream().map(Members::words).collect(Collectors.joining(","));
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return mapped.hides(keys);
    }

    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                row.found.write(json);
                if (row.view != null) {
                    row.view.more.write(json);
                }
                if (row.damaged) {
                    json.writeBooleanProperty("damaged", true);
                }
                mapped.write(json, row.found.mapped());
                orphaned(row).write(json);
            });
        }
    }
}
