package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.SharedMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru shm stat}. */
@Command(
        name = "stat",
        description = {
            "Describe shared memory: size, owner, layout, and which processes have it mapped.",
            "Other users' processes are seen only by root."
        })
final class ShmStat implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "PLACE", description = ShmPlace.DESCRIPTION, converter = ShmPlace.class)
    private List<Address.Memory> places = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and place.")
    private boolean json;

    ShmStat(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        List<FoundMemory> found = new ArrayList<>();
        for (Address.Memory place : places) {
            found.add(FoundMemory.at(place));
        }
        MemoryTable table = new MemoryTable(context, found);
        for (FoundMemory memory : found) {
            String layout = layout(memory);
            if (json) {
                new JsonLines(context.out()).line(body -> {
                    table.write(body, memory);
                    body.writeStringProperty("layout", layout);
                });
            } else {
                print(memory, table, layout);
            }
        }
        context.requireOutput();
        if (table.hides()) {
            context.sayHidden();
        }
        return 0;
    }

    private void print(FoundMemory memory, MemoryTable table, String layout) {
        context.out().println(Escapes.of(memory.place().toString()));
        line("size", memory.size() + " B");
        line("mode", Integer.toOctalString(memory.mode()));
        line("owner", Escapes.of(memory.owner()));
        line("layout", layout.isEmpty() ? "-" : layout);
        line("attached", table.attached(memory));
    }

    private void line(String what, String value) {
        context.out().printf("  %-9s %s%n", what, value);
    }

    /** The words of its layout; empty when it has none, when it is a ring or lock, and when we may not read it. */
    private static String layout(FoundMemory memory) throws ErrnoException {
        try (SharedMemory opened = SharedMemory.openReadOnly(memory.place())) {
            return opened.layoutWords().orElse("");
        } catch (ErrnoException refused) {
            return switch (refused.problem()) {
                case DENIED, RESERVED_NAME, FILE_TOO_SHORT -> "";
                default -> throw refused;
            };
        }
    }
}
