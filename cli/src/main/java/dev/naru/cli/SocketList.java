package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.SocketName;
import dev.naru.linux.SocketTable;
import dev.naru.linux.SocketTable.Entry;
import dev.naru.linux.SocketTable.State;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Sockets as {@code naru ls} shows them. */
final class SocketList {
    private static final String FORM = "%-9s %-11s %-8s %8s %8s %8s %-20s %-24s %s%n";

    private final Context context;
    private final List<Entry> rows;
    private final boolean knowsQueues;
    private final SocketHolders holders;
    private final Map<Long, String> owners = new HashMap<>();

    private SocketList(Context context, SocketTable table, SocketsWanted wanted) throws IOException {
        this.context = context;
        this.knowsQueues = table.knowsQueues();
        this.rows = table.sockets().stream()
                .filter(wanted::has)
                .sorted(Comparator.comparing((Entry socket) -> !isUnix(socket))
                        .thenComparing(socket -> socket.name().toString())
                        .thenComparing(socket -> socket.state() != State.LISTENING)
                        .thenComparingLong(Entry::inode))
                .toList();
        this.holders = SocketHolders.all();
    }

    /** Those that are wanted, of this network namespace. */
    static SocketList of(Context context, SocketsWanted wanted) throws IOException {
        return new SocketList(context, SocketTable.read(), wanted);
    }

    private static boolean isUnix(Entry socket) {
        return !(socket.name() instanceof SocketName.Internet);
    }

    private static boolean isNamed(SocketName name) {
        return !(name instanceof SocketName.UnixUnnamed);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** A row for each, below a line of headings; nothing when there is none. */
    void print() {
        if (!rows.isEmpty()) {
            context.out()
                    .printf(
                            FORM, "type", "state", "owner", "recv-q", "send-q", "waiting", "process", "peer",
                            "address");
            rows.forEach(this::print);
        }
    }

    private void print(Entry socket) {
        context.out()
                .printf(
                        FORM,
                        type(socket),
                        state(socket),
                        socket.uid() == SocketTable.UNKNOWN ? "?" : Escapes.of(owner(socket.uid())),
                        received(socket),
                        sent(socket),
                        waiting(socket),
                        holders.words(socket.inode()),
                        peer(socket),
                        Escapes.of(address(socket.name())));
    }

    private static String type(Entry socket) {
        return socket.kind().word();
    }

    private static String state(Entry socket) {
        return SocketsWanted.isUnaccepted(socket)
                ? "unaccepted"
                : socket.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String owner(long uid) {
        return owners.computeIfAbsent(uid, number -> FoundMemory.owner((int) (long) number));
    }

    private static String received(Entry socket) {
        return socket.state() == State.LISTENING ? "-" : number(socket.received());
    }

    private String sent(Entry socket) {
        boolean none = socket.state() == State.LISTENING
                || (knowsQueues && socket.sent() == SocketTable.UNKNOWN && socket.peerInode() == SocketTable.UNKNOWN);
        return none ? "-" : number(socket.sent());
    }

    private static String waiting(Entry socket) {
        return socket.state() == State.LISTENING ? number(socket.received()) + "/" + number(socket.sent()) : "-";
    }

    private static String number(long number) {
        return number == SocketTable.UNKNOWN ? "?" : Long.toString(number);
    }

    /** Its name, or else who has it. */
    private String peer(Entry socket) {
        SocketName peer = socket.peer();
        return peer != null && isNamed(peer) ? Escapes.of(address(peer)) : holders.words(socket.peerInode());
    }

    static String address(SocketName name) {
        return switch (name) {
            case SocketName.UnixFile file -> new Address.UnixFile(file.path()).toString();
            case SocketName.UnixAbstract _, SocketName.UnixUnnamed _, SocketName.Internet _ -> name.toString();
        };
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return rows.stream().anyMatch(socket -> holders.hides(socket.inode()) || holders.hides(socket.peerInode()));
    }

    /** Says so when the kernel did not tell all. */
    void sayUnknown() {
        if (!knowsQueues && rows.stream().anyMatch(SocketList::isUnix)) {
            context.say(
                    "the kernel refuses sock_diag: who made a Unix socket, its peer, and what waits in it are not known");
        }
    }

    /** An object a line. */
    void printJson(JsonLines lines) {
        rows.forEach(socket -> lines.line(json -> write(json, socket)));
    }

    private void write(JsonGenerator json, Entry socket) {
        writeAddress(json, "address", socket.name());
        json.writeStringProperty("kind", isUnix(socket) ? "unix" : "tcp");
        json.writeStringProperty("type", type(socket));
        json.writeStringProperty("state", state(socket));
        write(json, "uid", socket.uid());
        if (socket.uid() == SocketTable.UNKNOWN) {
            json.writeNullProperty("owner");
        } else {
            json.writeStringProperty("owner", owner(socket.uid()));
        }
        json.writeNumberProperty("inode", socket.inode());
        boolean listens = socket.state() == State.LISTENING;
        write(json, listens ? "waiting" : "receiveQueue", socket.received());
        write(json, listens ? "backlog" : "sendQueue", socket.sent());
        holders.write(json, "processes", socket.inode());
        if (!listens) {
            writeAddress(json, "peer", socket.peer());
            holders.write(json, "peerProcesses", socket.peerInode());
        }
    }

    private static void writeAddress(JsonGenerator json, String property, @Nullable SocketName name) {
        if (name == null || !isNamed(name)) {
            json.writeNullProperty(property);
        } else {
            json.writeStringProperty(property, address(name));
        }
    }

    private static void write(JsonGenerator json, String property, long number) {
        if (number == SocketTable.UNKNOWN) {
            json.writeNullProperty(property);
        } else {
            json.writeNumberProperty(property, number);
        }
    }
}
