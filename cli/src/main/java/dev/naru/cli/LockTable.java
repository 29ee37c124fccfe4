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
    private static final String FORM = "%-4s %-8s %-24s %-7s %-5s %-24s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    /** A lock, and what it shows if we may read it. */
    private record Row(FoundShared<Address.Lock> lock, LockStat.@Nullable Snapshot shown) {}

    LockTable(Context context, List<FoundShared<Address.Lock>> found) throws IOException {
        this.context = context;
        for (FoundShared<Address.Lock> lock : found) {
            rows.add(new Row(lock, shown(lock.address())));
        }
        this.keys = found.stream().map(FoundShared::mapped).toList();
        this.mapped = MappedMemory.of(keys);
    }

    private static LockStat.@Nullable Snapshot shown(Address.Lock lock) throws IOException {
        try (LockStat stat = LockStat.open(lock)) {
            return stat.read();
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.DENIED || refused.problem() == Problem.NO_LOCK) {
                return null;
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
                        shown == null ? "?" : shown.dirty() ? "dirty" : "-",
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
                mapped.write(json, row.lock.mapped());
            });
        }
    }
}
