package dev.naru.cli;

import dev.naru.channels.Fifo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru fifo rm}. */
@Command(name = "rm", description = "Remove FIFOs, and nothing that is none. Who has one open keeps it.")
final class FifoRemove implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description = "Which, as a path or fifo:PATH.",
            converter = FifoPath.class)
    private List<Path> paths = new ArrayList<>();

    FifoRemove(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return Removal.each(context, paths, Fifo::remove);
    }
}
