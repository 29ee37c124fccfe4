package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.SystemVSemaphores;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Semaphores of both kinds as {@code naru ls} shows them, also those of other users. */
final class SemaphoreTable {
    private static final String FORM = "%-10s %-4s %-8s %-16s %7s %-24s %-8s %s%n";
    private static final int SHOWN = 4;

    private final Context context;
    private final List<PosixSemaphore.Status> named;
    private final List<Set> sets = new ArrayList<>();
    private final List<MappedMemory.Key> keys;
    private final MappedMemory mapped;

    /**
     * A System V set.
     *
     * @param all its semaphores; empty when we may not read it, or it is gone
     */
    private record Set(SystemVSemaphores.Status status, List<SystemVSemaphores.One> all) {
        long waiting() {
            return all.stream()
                    .mapToLong(one -> one.waiting() + one.waitingForZero())
                    .sum();
        }

        Orphaned orphaned() {
            return waiting() > 0
                    ? Orphaned.NO
                    : Orphaned.ofUsers(all.stream()
                            .mapToLong(SystemVSemaphores.One::lastUser)
                            .toArray());
        }

        /** The permits of the first few. */
        String values() {
            return all.isEmpty()
                    ? "?"
                    : all.stream()
                                    .limit(SHOWN)
                                    .map(one -> Integer.toString(one.value()))
                                    .collect(Collectors.joining(","))
                            + (all.size() > SHOWN ? ",…" : "");
        }
    }

    SemaphoreTable(Context context) throws IOException {
        this.context = context;
        this.named = PosixSemaphore.list().stream()
                .sorted(Comparator.comparing(PosixSemaphore.Status::name))
                .toList();
        for (SystemVSemaphores.Status status : SystemVSemaphores.list()) {
            sets.add(new Set(status, all(status)));
        }
        this.keys = named.stream().map(each -> MappedMemory.Key.of(each.file())).toList();
        this.mapped = MappedMemory.of(keys);
    }

    static List<SystemVSemaphores.One> all(SystemVSemaphores.Status status) {
        List<SystemVSemaphores.One> all = new ArrayList<>();
        try {
            for (int i = 0; i < status.count(); i++) {
                SystemVSemaphores.one(status.id(), i, "").ifPresent(all::add);
            }
        } catch (IOException refused) {
            return List.of();
        }
        return all;
    }

    static Address.SystemVSemaphores address(SystemVSemaphores.Status set) {
        return new Address.SystemVSemaphores(set.key() == 0 ? new SystemV.Id(set.id()) : new SystemV.Key(set.key()));
    }

    private Orphaned orphaned(PosixSemaphore.Status semaphore) {
        return mapped.orphaned(MappedMemory.Key.of(semaphore.file()));
    }

    void print() {
        if (named.isEmpty() && sets.isEmpty()) {
            return;
        }
        context.out().printf(FORM, "semid", "mode", "owner", "permits", "waiting", "attached", "state", "address");
        for (PosixSemaphore.Status each : named) {
            OptionalInt value = PosixSemaphore.value(each.name());
            row(
                    "-",
                    each.file().mode(),
                    each.file().owner(),
                    value.isEmpty() ? "?" : Integer.toString(value.getAsInt()),
                    "?",
                    mapped.words(MappedMemory.Key.of(each.file())),
                    orphaned(each),
                    PosixSemaphore.address(each.name()));
        }
        for (Set each : sets) {
            row(
                    Integer.toString(each.status.id()),
                    each.status.mode(),
                    each.status.owner(),
                    each.values(),
                    each.all.isEmpty() ? "?" : Long.toString(each.waiting()),
                    "?",
                    each.orphaned(),
                    address(each.status).toString());
        }
    }

    private void row(
            String id,
            int mode,
            int owner,
            String permits,
            String waiting,
            String attached,
            Orphaned orphaned,
            String address) {
        context.out()
                .printf(
                        FORM,
                        id,
                        Integer.toOctalString(mode),
                        Escapes.of(FoundMemory.owner(owner)),
                        permits,
                        waiting,
                        attached,
                        orphaned.word(),
                        Escapes.of(address));
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return mapped.hides(keys);
    }

    void printJson(JsonLines lines) {
        for (PosixSemaphore.Status each : named) {
            lines.line(json -> {
                json.writeStringProperty("address", PosixSemaphore.address(each.name()));
                json.writeStringProperty("kind", "sem");
                SemaphoreWords.write(json, each.file().mode(), each.file().owner());
                PosixSemaphore.value(each.name()).ifPresent(value -> json.writeNumberProperty("value", value));
                mapped.write(json, MappedMemory.Key.of(each.file()));
                orphaned(each).write(json);
            });
        }
        for (Set each : sets) {
            lines.line(json -> {
                json.writeStringProperty("address", address(each.status).toString());
                json.writeStringProperty("kind", "sem");
                SemaphoreWords.write(json, each.status);
                SemaphoreWords.write(json, each.all);
                each.orphaned().write(json);
            });
        }
    }
}
