package dev.naru.cli;

import dev.naru.channels.Fifo;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru fifo write}. */
@Command(name = "write", description = "Copy standard input into a FIFO.")
final class FifoWrite implements Callable<Integer> {
    private final Context context;

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Parameters(
            arity = "1",
            paramLabel = "PATH",
            description = "Which, as a path or fifo:PATH.",
            converter = FifoPath.class)
    private Path path = Path.of("");

    @Option(
            names = "--no-wait",
            description =
                    "Only if somebody has it open to read now; exit status 69 otherwise. A full FIFO is waited for all the same:"
                            + " --timeout bounds that.")
    private boolean noWait;

    FifoWrite(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Fifo fifo = Fifo.open(path);
        Duration time = waiting.timeout();
        try (PipeWriter writer = open(fifo, time)) {
            LargePipe.tryFor(writer);
            if (!new Pump(context).fromStandardInput(writer, time)) {
                throw new CliException(Problem.TIMED_OUT, fifo.toString());
            }
            return 0;
        }
    }

    private PipeWriter open(Fifo fifo, Duration time) throws IOException, InterruptedException, CliException {
        if (noWait) {
            return fifo.tryOpenWriter().orElseThrow(() -> new CliException(Problem.NO_READER, fifo.toString()));
        }
        return fifo.openWriter(time).orElseThrow(() -> new CliException(Problem.TIMED_OUT, fifo.toString()));
    }
}
