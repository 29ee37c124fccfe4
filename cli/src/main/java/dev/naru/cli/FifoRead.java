package dev.naru.cli;

import dev.naru.channels.Fifo;
import dev.naru.channels.PipeReader;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru fifo read}. */
@Command(name = "read", description = "Copy a FIFO to standard output until its last writer closes.")
final class FifoRead implements Callable<Integer> {
    private final Context context;

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(
            arity = "1",
            paramLabel = "PATH",
            description = "Which, as a path or fifo:PATH.",
            converter = FifoPath.class)
    private Path path = Path.of("");

    @Option(names = "--no-wait", description = "Take what is there now: do not wait for a writer or for more.")
    private boolean noWait;

    @Option(names = "--bytes", paramLabel = "N", description = "Stop after so many bytes.")
    private long bytes = Long.MAX_VALUE;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    FifoRead(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (bytes < 0) {
            throw new ParameterException(spec.commandLine(), "--bytes " + bytes + ": it is below 0");
        }
        Fifo fifo = Fifo.open(path);
        if (bytes == 0) {
            return 0; // it has them already
        }
        Duration time = noWait ? Duration.ZERO : waiting.timeout();
        try (PipeReader reader = noWait ? fifo.tryOpenReader() : open(fifo, time)) {
            if (!new Pump(context).toStandardOutput(reader, bytes, time, waiting.timeout()) && !noWait) {
                throw new CliException(Problem.TIMED_OUT, fifo.toString());
            }
            return 0;
        }
    }

    private static PipeReader open(Fifo fifo, Duration time) throws IOException, InterruptedException, CliException {
        return fifo.openReader(time).orElseThrow(() -> new CliException(Problem.TIMED_OUT, fifo.toString()));
    }
}
