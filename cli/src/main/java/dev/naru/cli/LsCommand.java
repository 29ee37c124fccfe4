package dev.naru.cli;

import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** {@code naru ls}: the FIFOs under a directory and the machine's shared memory, and who has them open. */
@Command(
        name = "ls",
        description = {
            "List the FIFOs under directories, and which processes have them open.",
            "Without a directory: those under the working directory, this machine's shared memory, rings and locks, and the"
                    + " topics of the store at hand, which is that of NARU_STORE, else ./data.",
            "Other users' processes are seen only by root: ? is shown where some may be."
        })
final class LsCommand implements Callable<Integer> {
    private static final String FORM = "%-4s %-8s %-24s %-24s %s%n";

    private final Context context;

    @Parameters(arity = "0..*", paramLabel = "DIR", description = "Where to look (default: here).")
    private List<Path> directories = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and thing.")
    private boolean json;

    LsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        List<FoundFifo> found = new ArrayList<>();
        for (Path directory : directories.isEmpty() ? List.of(Path.of(".")) : directories) {
            FileStatus status = FileStatus.of(directory); // throws when it is not there, or may not be seen
            switch (status.type()) {
                case FIFO -> found.add(new FoundFifo(directory, status));
                case DIRECTORY -> found.addAll(FoundFifo.below(directory));
                default -> throw new CliException(Problem.NOT_A_FIFO, directory.toString());
            }
        }
        OpenFiles open = OpenFiles.of(found.stream().map(FoundFifo::status).toList());
        if (json) {
            JsonLines lines = new JsonLines(context.out());
            found.forEach(fifo -> lines.line(body -> write(body, fifo, open)));
        } else if (!found.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "readers", "writers", "address");
            found.forEach(fifo -> print(fifo, open));
        }
        boolean hides = found.stream().anyMatch(fifo -> hides(open, fifo));
        if (directories.isEmpty()) {
            MemoryTable memory = new MemoryTable(context, FoundMemory.all());
            RingTable rings = new RingTable(context, FoundShared.rings());
            LockTable locks = LockTable.all(context);
            TopicTable topics = TopicTable.atHand(context);
            if (json) {
                JsonLines lines = new JsonLines(context.out());
                memory.printJson(lines);
                rings.printJson(lines);
                locks.printJson(lines);
                topics.printJson(lines);
            } else {
                memory.print();
                rings.print();
                locks.print();
                topics.print();
            }
            hides |= memory.hides() || rings.hides() || locks.hides();
        }
        context.requireOutput();
        if (hides) {
            context.sayHidden();
        }
        return 0;
    }

    private static boolean hides(OpenFiles open, FoundFifo fifo) {
        return open.hidden()
                && (open.readers(fifo.status()).isEmpty()
                        || open.writers(fifo.status()).isEmpty());
    }

    private void print(FoundFifo fifo, OpenFiles open) {
        FileStatus status = fifo.status();
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(status.mode()),
                        Escapes.of(fifo.owner()),
                        names(open.readers(status), open.hidden()),
                        names(open.writers(status), open.hidden()),
                        Escapes.of(fifo.address()));
    }

    private static String names(List<OpenFiles.Holder> holders, boolean hidden) {
        return holders.isEmpty()
                ? hidden ? "?" : "-"
                : holders.stream()
                        .map(holder -> Escapes.of(holder.name()) + "(" + holder.pid() + ")")
                        .collect(Collectors.joining(","));
    }

    private static void write(JsonGenerator json, FoundFifo fifo, OpenFiles open) {
        FileStatus status = fifo.status();
        json.writeStringProperty("address", fifo.address());
        json.writeStringProperty("mode", Integer.toOctalString(status.mode()));
        json.writeNumberProperty("uid", status.owner());
        json.writeStringProperty("owner", fifo.owner());
        json.writeNumberProperty("inode", status.inode());
        write(json, "readers", open.readers(status), open.hidden());
        write(json, "writers", open.writers(status), open.hidden());
    }

    private static void write(JsonGenerator json, String name, List<OpenFiles.Holder> holders, boolean hidden) {
        if (hidden && holders.isEmpty()) {
            json.writeNullProperty(name);
            return;
        }
        json.writeArrayPropertyStart(name);
        for (OpenFiles.Holder holder : holders) {
            json.writeStartObject();
            json.writeNumberProperty("pid", holder.pid());
            json.writeStringProperty("name", holder.name());
            json.writeNumberProperty("fd", holder.number());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
