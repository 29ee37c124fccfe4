package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.LockStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Locks as {@code naru ls} and {@code naru lock ls} show them. */
final class LockTable {
    private static final String FORM = "%-4s %-8s %-24s %-7s %-7s %-24s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    /**
     * A lock.
     *
     * @param shown null when we may not read it, or it is damaged
     */
    private record Row(FoundShared<Address.Lock> lock, LockStat.@Nullable Snapshot shown, boolean damaged) {}

    private LockTable(Context context, List<FoundShared<Address.Lock>> found, boolean named) throws IOException {
        this.context = context;
        for (FoundShared<Address.Lock> lock : found) {
            rows.add(row(lock, named));
        }
        this.keys = found.stream().map(FoundShared::mapped).toList();
        this.mapped = MappedMemory.of(keys);
    }

    /** All locks of this machine that have a name. One that is damaged is shown as that. */
    static LockTable all(Context context) throws IOException {
        return new LockTable(context, FoundShared.locks(), false);
    }

    /** Those that somebody has named: what is no lock is an error. */
    static LockTable of(Context context, List<FoundShared<Address.Lock>> named) throws IOException {
        return new LockTable(context, named, true);
    }

    private static Row row(FoundShared<Address.Lock> lock, boolean named) throws IOException {
        try (LockStat stat = LockStat.open(lock.address())) {
            return new Row(lock, stat.read(), false);
        } catch (ErrnoException refused) {
            boolean damaged = refused.problem() == Problem.WRONG_KIND && !named;
            if (damaged || refused.problem() == Problem.DENIED || refused.problem() == Problem.NO_LOCK) {
                return new Row(lock, null, damaged);
            }
            throw refused;
        }
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "holder", "waiting", "state", "attached", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Row row) {
        LockStat.Snapshot shown = row.shown;
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(row.lock.mode()),
                        Escapes.of(FoundMemory.owner(row.lock.uid())),
                        shown == null ? "?" : Members.words(shown.holder()),
                        shown == null ? "?" : shown.waitedFor() ? "yes" : "no",
                        row.damaged ? "damaged" : shown == null ? "?" : shown.dirty() ? "dirty" : "-",
                        mapped.words(row.lock.mapped()),
                        Escapes.of(row.lock.address().toString()));
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return mapped.hides(keys);
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                row.lock.write(json);
                LockStat.Snapshot shown = row.shown;
                if (shown != null) {
                    Members.write(json, "holder", shown.holder());
                    json.writeBooleanProperty("waitedFor", shown.waitedFor());
                    json.writeBooleanProperty("dirty", shown.dirty());
                }
                if (row.damaged) {
                    json.writeBooleanProperty("damaged", true);
                }
                mapped.write(json, row.lock.mapped());
                mapped.orphaned(row.lock.mapped()).write(json);
            });
        }
    }
}
