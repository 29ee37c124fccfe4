package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.PosixQueues.Status;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** POSIX message queues as {@code naru ls} shows them, where they are mounted. */
final class MqTable {
    private static final String FORM = "%-4s %-8s %9s %10s %-24s %-8s %s%n";

    private final Context context;
    private final List<Status> rows;
    private final OpenFiles open;
    private final boolean mounted;

    MqTable(Context context) throws IOException {
        this.context = context;
        Optional<List<Status>> found = found();
        this.mounted = found.isPresent();
        this.rows = found.orElse(List.of());
        this.open = OpenFiles.of(rows.stream().map(Status::file).toList());
    }

    /** Empty when nothing shows them. */
    private static Optional<List<Status>> found() throws IOException {
        try {
            return Optional.of(PosixQueues.list().stream()
                    .sorted(Comparator.comparing(Status::name))
                    .toList());
        } catch (ErrnoException none) {
            if (none.problem() != Problem.NO_MQUEUE_MOUNT) {
                throw none;
            }
            return Optional.empty();
        }
    }

    private Orphaned orphaned(Status queue) {
        return Orphaned.ofHolders(!open.holders(queue.file()).isEmpty(), open.hidden());
    }

    /** Says how to see them, when nothing shows them. */
    void sayUnmounted() {
        if (!mounted) {
            context.say("POSIX message queues are not shown: " + Problem.NO_MQUEUE_MOUNT.remedy());
        }
    }

    void print() {
        if (!rows.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "messages", "backlog", "attached", "state", "address");
            rows.forEach(this::print);
        }
    }

    private void print(Status queue) {
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(queue.file().mode()),
                        Escapes.of(FoundMemory.owner(queue.file().owner())),
                        number(queue, Attributes::messages) + "/" + number(queue, Attributes::mostMessages),
                        queue.bytes(),
                        open.words(queue.file()),
                        orphaned(queue).word(),
                        Escapes.of(PosixQueues.address(queue.name())));
    }

    private static String number(Status queue, ToLongFunction<Attributes> which) {
        return queue.attributes()
                .map(holds -> Long.toString(which.applyAsLong(holds)))
                .orElse("?");
    }

    /** Whether somebody whom we may not look at may be missing from it. */
    boolean hides() {
        return open.hidden()
                && rows.stream().anyMatch(queue -> open.holders(queue.file()).isEmpty());
    }

    void printJson(JsonLines lines) {
        for (Status queue : rows) {
            lines.line(json -> {
                json.writeStringProperty("address", PosixQueues.address(queue.name()));
                json.writeStringProperty("kind", "mq");
                SemaphoreWords.write(json, queue.file().mode(), queue.file().owner());
                json.writeNumberProperty("backlog", queue.bytes());
                queue.attributes().ifPresent(holds -> QueueWords.write(json, holds));
                open.write(json, "attached", open.holders(queue.file()));
                orphaned(queue).write(json);
            });
        }
    }
}
