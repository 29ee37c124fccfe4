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

    /** A ring, and what it shows if we may read it. */
    private record Row(FoundShared<Address.Ring> ring, Optional<RingView> view) {}

    RingTable(Context context, List<FoundShared<Address.Ring>> found) throws IOException {
        this.context = context;
        for (FoundShared<Address.Ring> ring : found) {
            rows.add(new Row(ring, view(ring.address())));
        }
        this.keys = found.stream().map(FoundShared::mapped).toList();
        this.mapped = MappedMemory.of(keys);
    }

    private static Optional<RingView> view(Address.Ring ring) throws IOException {
        try {
            return Optional.of(RingView.of(ring));
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.DENIED
                    || refused.problem() == Problem.NO_RING
                    || refused.problem() == Problem.WRONG_KIND) { // damaged; the others are listed all the same
                return Optional.empty();
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
                        row.view.map(RingView::readerWords).orElse("?"),
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
                mapped.write(json, row.ring.mapped());
            });
        }
    }
}
