package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rings as {@code naru ls} shows them. */
final class RingTable {
    private static final String FORM = "%-4s %-8s %10s %10s %-24s %-24s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    /** A ring, and what it shows: nothing when we may not read it, or it is damaged. */
    private record Row(FoundShared<Address.Ring> ring, Optional<RingView> view, boolean damaged) {
        /** What stands where a value would. */
        String unknown() {
            return damaged ? "damaged" : "?";
        }
    }

    RingTable(Context context, List<FoundShared<Address.Ring>> found) throws IOException {
        this.context = context;
        for (FoundShared<Address.Ring> ring : found) {
            rows.add(row(ring));
        }
        this.keys = found.stream().map(FoundShared::mapped).toList();
        this.mapped = MappedMemory.of(keys);
    }

    /** The others are listed all the same when one is damaged. */
    private static Row row(FoundShared<Address.Ring> ring) throws IOException {
        try {
            return new Row(ring, Optional.of(RingView.of(ring.address())), false);
        } catch (ErrnoException refused) {
            boolean damaged = refused.problem() == Problem.WRONG_KIND;
            if (damaged || refused.problem() == Problem.DENIED || refused.problem() == Problem.NO_RING) {
                return new Row(ring, Optional.empty(), damaged);
            }
            throw refused;
        }
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "size", "backlog", "reader", "attached", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Row row) {
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(row.ring.mode()),
                        Escapes.of(FoundMemory.owner(row.ring.uid())),
                        row.ring.size(),
                        row.view.map(view -> Long.toString(view.backlog())).orElse("?"),
                        row.view.map(RingView::readerWords).orElse(row.unknown()),
                        mapped.words(row.ring.mapped()),
                        Escapes.of(row.ring.address().toString()));
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return mapped.hides(keys);
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                row.ring.write(json);
                row.view.ifPresent(view -> view.write(json));
                if (row.damaged) {
                    json.writeBooleanProperty("damaged", true);
                }
                mapped.write(json, row.ring.mapped());
                mapped.orphaned(row.ring.mapped()).write(json);
            });
        }
    }
}
