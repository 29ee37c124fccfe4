package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru ping}: how long a server takes to answer. */
@Command(
        name = "ping",
        description = {
            "Time how long a server takes to answer: connect again and again, or with --echo send bytes that come back.",
            "At the end, also by Ctrl-C: how many were answered and lost, percentiles and a histogram."
        })
final class PingCommand implements Callable<Integer> {
    private static final int USUAL_COUNT = 10;
    private static final int USUAL_FLOOD = 1_000;
    private static final int USUAL_BYTES = 32;

    private final Context context;

    @Parameters(arity = "1", paramLabel = "ADDRESS", description = PingPlace.DESCRIPTION, converter = PingPlace.class)
    private @Nullable Address address;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "Stop after so many; 0 goes on until interrupted (default: 10, with --flood 1000).")
    private @Nullable Long count;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "Pause so long between them (default: 1s).")
    private @Nullable Duration interval;

    @Option(names = "--flood", description = "Without a pause, and without a line for each.")
    private boolean flood;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description = "One that is not answered within it is lost (default: 2s).")
    private Duration timeout = Duration.ofSeconds(2);

    @Option(
            names = {"-e", "--echo"},
            description = "Over one connection, to a server that sends back what comes; otherwise each only connects.")
    private boolean echo;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "SIZE",
            converter = Sizes.class,
            description = "How many bytes each echo has, 1 to 64K (default: 32).")
    private @Nullable Long size;

    @Option(names = "--json", description = "One JSON object at the end, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    PingCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        Address server = address;
        if (server == null || (count != null && count < 0) || timeout.isZero()) {
            throw new ParameterException(spec.commandLine(), "--count is 0 or more, and --timeout more than 0");
        }
        if (flood && interval != null) {
            throw new ParameterException(spec.commandLine(), "--flood goes without --interval");
        }
        int bytes = bytes();
        PingRehearsal.of(server, bytes);
        PingReport report = new PingReport(context, server.toString(), bytes, json, !flood);
        try (ShutdownHook _ = ShutdownHook.register(report::end);
                Pinging pinging = bytes == 0
                        ? new Pinging.Connecting(server, timeout)
                        : new Pinging.Echoing(server, timeout, bytes)) {
            ping(pinging, report);
        }
        return 0;
    }

    private int bytes() {
        if (!echo && size != null) {
            throw new ParameterException(spec.commandLine(), "--size goes with --echo");
        }
        long wanted = size == null ? USUAL_BYTES : size;
        if (wanted < 1 || wanted > Pinging.Echoing.MOST_BYTES) {
            throw new ParameterException(spec.commandLine(), "--size " + wanted + ": it is 1 to 64K");
        }
        return echo ? (int) wanted : 0;
    }

    /** To the end; when none was answered, that is an error, as the last one was. */
    private void ping(Pinging pinging, PingReport report) throws IOException, InterruptedException, CliException {
        long most = count != null ? count : flood ? USUAL_FLOOD : USUAL_COUNT;
        Duration pause = flood ? Duration.ZERO : interval == null ? Duration.ofSeconds(1) : interval;
        Exception last = null;
        for (long sent = 1; most == 0 || sent <= most; sent++) {
            last = once(pinging, report);
            if (sent != most) {
                Thread.sleep(pause);
            }
        }
        report.end();
        context.requireOutput();
        if (!report.hasAnswers()) {
            switch (last) {
                case IOException refused -> throw refused;
                case CliException lost -> throw lost;
                case null, default -> {}
            }
        }
    }

    /** Why it was lost; null when it was answered. */
    private static @Nullable Exception once(Pinging pinging, PingReport report)
            throws IOException, InterruptedException, CliException {
        long nanos;
        try {
            nanos = pinging.once();
        } catch (IOException | CliException lost) {
            if (lost instanceof ErrnoException nowhere && nowhere.problem() == Problem.UNKNOWN_HOST) {
                throw nowhere; // and will not be there later
            }
            report.lost(lost);
            return lost;
        }
        report.answered(nanos);
        return null;
    }
}
