package dev.naru.cli.tour;

import dev.naru.cli.CliException;
import dev.naru.cli.Context;
import dev.naru.cli.JsonLines;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru tour}: a real file between real processes, by every mechanism, with proof and figures. */
@Command(
        name = "tour",
        description = {
            "Send a file between two processes by each mechanism, prove that it arrived, and play ping-pong.",
            "MB/s is timed without hashing, in 10^6 bytes; p50 and p99 are round trips of 32 bytes.",
            "Each process has a core of its own where the machine has two; a pipe is made 1 MiB large.",
            "Exit status 0 only when every row is verified."
        })
public final class TourCommand implements Callable<Integer> {
    private static final int STANDARD_ERROR = 2;

    private final Context context;
    private final Guide.Patience patience;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "What to send, whole (default: the first 64 MiB of the JDK's own lib/modules).")
    private @Nullable Path file;

    @Option(
            names = "--only",
            paramLabel = "MECHANISM[,MECHANISM...]",
            completionCandidates = Mechanisms.class,
            description = "Only these, each once, such as pipe,fifo.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and mechanism, no table.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    /** Within that command. */
    public TourCommand(Context context) {
        this(context, Guide.Patience.usual());
    }

    TourCommand(Context context, Guide.Patience patience) {
        this.context = context;
        this.patience = patience;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        List<Stop> stops = stops();
        TourFile sent = file == null ? TourFile.ofJdk(context.jvm().home()) : TourFile.of(file);
        ProgressLine progress = new ProgressLine(
                context.err(), Descriptor.borrow(STANDARD_ERROR).isTerminal());
        progress.step(sent.path().toString(), "its SHA-256");
        Guide guide = new Guide(context, progress, sent, sent.sha256(), patience);
        List<Row> rows = new ArrayList<>();
        for (Stop stop : stops) {
            Row row;
            try {
                row = visit(guide, stop);
            } catch (IOException | CliException failed) {
                showSoFar(progress, rows, stop);
                throw failed;
            }
            progress.clear();
            rows.add(row);
            if (json) {
                new JsonLines(context.out()).line(row::write);
                context.requireOutput(); // nobody waits for the rest
            }
        }
        if (!json) {
            Table.print(context.out(), rows);
            context.out().println(Advice.of(rows));
        }
        return status(rows);
    }

    /** What was measured before a stop failed is not lost with it. JSON has it already. */
    private void showSoFar(ProgressLine progress, List<Row> rows, Stop failed) {
        progress.clear();
        if (!json && !rows.isEmpty()) {
            rows.add(Row.failed(failed));
            Table.print(context.out(), rows);
        }
    }

    private Row visit(Guide guide, Stop stop) throws IOException, InterruptedException, CliException {
        try (Scratch scratch = Scratch.create()) {
            return guide.visit(stop, scratch.path());
        }
    }

    private List<Stop> stops() throws CliException {
        if (only.isEmpty()) {
            return Stop.ALL;
        }
        List<Stop> stops = new ArrayList<>();
        for (String mechanism : String.join(",", only).split(",", -1)) {
            if (mechanism.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--only " + String.join(",", only) + ": a name is missing");
            }
            Stop stop = Stop.named(mechanism).orElseThrow(() -> new CliException(Problem.NO_MECHANISM, mechanism));
            if (stops.contains(stop)) {
                throw new ParameterException(spec.commandLine(), "--only names " + mechanism + " twice");
            }
            stops.add(stop);
        }
        return stops;
    }

    /** What a shell offers for {@code --only}. */
    static final class Mechanisms implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stop.ALL.stream().map(Stop::mechanism).iterator();
        }
    }

    private int status(List<Row> rows) throws CliException {
        for (Row row : rows) {
            if (!row.verified()) {
                throw new CliException(Problem.NOT_VERIFIED, row.stop().mechanism());
            }
        }
        return 0;
    }
}
