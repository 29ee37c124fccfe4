package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.SocketName;
import dev.naru.linux.SocketTable;
import dev.naru.linux.SocketTable.Entry;
import dev.naru.linux.SocketTable.State;
import dev.naru.linux.Sockets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Servers of calls as {@code naru ls} shows them. */
final class RpcTable {
    private static final String FORM = "%-4s %-8s %-9s %7s %-24s %s%n";

    private final Context context;
    private final List<Row> rows = new ArrayList<>();
    private final SocketHolders holders;

    /**
     * A server.
     *
     * @param clients connections that it has, as far as this network namespace shows them
     * @param inode of the socket that listens; 0 when it is not seen
     */
    private record Row(FoundServer server, Orphaned orphaned, long clients, long inode) {}

    /** Those that have a name. */
    RpcTable(Context context) throws IOException {
        this.context = context;
        List<FoundServer> found = FoundServer.all();
        List<Entry> sockets = found.isEmpty() ? List.of() : SocketTable.read().sockets();
        found.forEach(server -> rows.add(row(server, sockets)));
        this.holders = SocketHolders.all();
    }

    private static Row row(FoundServer server, List<Entry> sockets) {
        SocketName name = new SocketName.UnixFile(server.bound());
        List<Entry> here =
                sockets.stream().filter(each -> each.name().equals(name)).toList();
        return new Row(
                server,
                orphaned(server),
                here.stream().filter(each -> each.state() == State.ESTABLISHED).count(),
                here.stream()
                        .filter(each -> each.state() == State.LISTENING)
                        .mapToLong(Entry::inode)
                        .findFirst()
                        .orElse(0));
    }

    private static Orphaned orphaned(FoundServer server) {
        try {
            return Sockets.isLeft(new SocketName.UnixFile(server.bound())) ? Orphaned.YES : Orphaned.NO;
        } catch (ErrnoException refused) {
            return Orphaned.UNKNOWN;
        }
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "state", "clients", "process", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Row row) {
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(row.server.file().mode()),
                        Escapes.of(FoundMemory.owner(row.server.file().owner())),
                        row.orphaned == Orphaned.NO ? "listening" : row.orphaned.word(),
                        row.clients,
                        holders.words(row.inode),
                        Escapes.of(row.server.address().toString()));
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return rows.stream().anyMatch(row -> holders.hides(row.inode));
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                int owner = row.server.file().owner();
                json.writeStringProperty("address", row.server.address().toString());
                json.writeStringProperty(
                        "mode", Integer.toOctalString(row.server.file().mode()));
                json.writeNumberProperty("uid", Integer.toUnsignedLong(owner));
                json.writeStringProperty("owner", FoundMemory.owner(owner));
                json.writeNumberProperty("clients", row.clients);
                holders.write(json, "processes", row.inode);
                row.orphaned.write(json);
            });
        }
    }
}
