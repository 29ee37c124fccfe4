package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVQueues.Status;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** System V message queues as {@code naru ls} shows them, also those of other users. */
final class QueueTable {
    private static final String FORM = "%-10s %-4s %-8s %8s %10s %9s %9s %-8s %s%n";

    private final Context context;
    private final List<Status> rows;

    QueueTable(Context context) throws IOException {
        this.context = context;
        this.rows = SystemVQueues.list().stream()
                .sorted(Comparator.comparingInt(Status::id))
                .toList();
    }

    /** By its key, if it has one, as its users know it. */
    static Address.SystemVQueue address(Status queue) {
        return new Address.SystemVQueue(queue.key() == 0 ? new SystemV.Id(queue.id()) : new SystemV.Key(queue.key()));
    }

    static Orphaned orphaned(Status queue) {
        return Orphaned.ofUsers(queue.lastSender(), queue.lastReceiver());
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out()
                    .printf(
                            FORM,
                            "msqid",
                            "mode",
                            "owner",
                            "messages",
                            "backlog",
                            "sender",
                            "receiver",
                            "state",
                            "address");
            rows.forEach(this::print);
        }
    }

    private void print(Status queue) {
        context.out()
                .printf(
                        FORM,
                        queue.id(),
                        Integer.toOctalString(queue.mode()),
                        Escapes.of(FoundMemory.owner(queue.owner())),
                        queue.messages(),
                        queue.bytes(),
                        user(queue.lastSender()),
                        user(queue.lastReceiver()),
                        orphaned(queue).word(),
                        address(queue));
    }

    /** Who used it last, and whether it is dead. */
    private static String user(int pid) {
        return pid == 0 ? "-" : Orphaned.lives(pid) ? Integer.toString(pid) : pid + ",dead";
    }

    void printJson(JsonLines lines) {
        for (Status queue : rows) {
            lines.line(json -> {
                json.writeStringProperty("address", address(queue).toString());
                json.writeStringProperty("kind", "sysv");
                QueueWords.write(json, queue);
                orphaned(queue).write(json);
            });
        }
    }
}
