package dev.naru.cli;

import dev.naru.linux.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** Who has which socket open, as {@code /proc/PID/fd} shows it (proc(5)). */
final class SocketHolders {
    private static final String SOCKET = "socket:[";

    private final Map<Long, List<OpenFiles.Holder>> holders = new HashMap<>();
    private final Map<Long, String> names = new HashMap<>();
    private boolean hidden;

    private SocketHolders() {}

    /** Of all sockets, whoever we may look at. */
    static SocketHolders all() throws IOException {
        SocketHolders all = new SocketHolders();
        all.hidden = Descriptors.ofAll(all::look);
        Comparator<OpenFiles.Holder> order = Comparator.comparingLong(OpenFiles.Holder::pid);
        all.holders.values().forEach(list -> list.sort(order.thenComparingInt(OpenFiles.Holder::number)));
        return all;
    }

    private void look(Path process, Path number) {
        long inode = inode(number);
        if (inode > 0) {
            long pid = Long.parseLong(process.getFileName().toString());
            int descriptor = Integer.parseInt(number.getFileName().toString());
            holders.computeIfAbsent(inode, _ -> new ArrayList<>())
                    .add(new OpenFiles.Holder(pid, names.computeIfAbsent(pid, SocketHolders::name), descriptor, 0));
        }
    }

    private static String name(long pid) {
        return ProcessIdentity.of(pid).map(ProcessIdentity::name).orElse("?");
    }

    /** Of {@code socket:[N]}; 0 when it is something else, or closed meanwhile. */
    private static long inode(Path number) {
        try {
            String target = Files.readSymbolicLink(number).toString();
            return target.startsWith(SOCKET) ? Long.parseLong(target, SOCKET.length(), target.length() - 1, 10) : 0;
        } catch (IOException gone) {
            return 0;
        }
    }

    private List<OpenFiles.Holder> of(long inode) {
        return holders.getOrDefault(inode, List.of());
    }

    /** Whether somebody has it whom we may not look at. A socket without a number is nobody's. */
    boolean hides(long inode) {
        return hidden && inode > 0 && of(inode).isEmpty();
    }

    /** The processes that have it open, for people; a dash for none, and {@code ?} where we may not look at all. */
    String words(long inode) {
        List<OpenFiles.Holder> here = of(inode);
        return here.isEmpty()
                ? hides(inode) ? "?" : "-"
                : here.stream()
                        .map(holder -> Escapes.of(holder.name()) + "(" + holder.pid() + ")")
                        .distinct() // a process may have it at several descriptors
                        .collect(Collectors.joining(","));
    }

    /** A property of that name; null where we saw nobody and may not look at all. */
    void write(JsonGenerator json, String property, long inode) {
        if (hides(inode)) {
            json.writeNullProperty(property);
            return;
        }
        json.writeArrayPropertyStart(property);
        for (OpenFiles.Holder holder : of(inode)) {
            json.writeStartObject();
            json.writeNumberProperty("pid", holder.pid());
            json.writeStringProperty("name", holder.name());
            json.writeNumberProperty("fd", holder.number());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
