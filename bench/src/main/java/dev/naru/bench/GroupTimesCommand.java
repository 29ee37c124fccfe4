package dev.naru.bench;

import dev.naru.cli.Context;
import dev.naru.linux.Cores;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code naru bench group-times}: how long a group takes to divide its partitions, which has no peer, but bars of its own. */
@Command(
        name = "group-times",
        description =
                "Says how long a member of a group waits for its partitions: alone, and when another one was killed.",
        footer = {"", "Exit status: 0 both bars are met, 65 one is missed, 69 it could not be run."})
final class GroupTimesCommand implements Callable<Integer> {
    private static final String FORM = "%-16s %-4s %10s %10s %6s  %-10s %s%n";

    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    @Option(names = "--rounds", paramLabel = "N", description = "How many rounds of each.", defaultValue = "50")
    private int rounds = 50;

    GroupTimesCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds " + rounds + ": at least 1");
        }
        context.out().printf(FORM, "time", "unit", "median", "max", "rounds", "bar of max", "met");
        Equipment equipment = new Equipment(
                context.jvm().home().resolve("bin/java"), context.jvm().classPath(), "cc", Cores.pair(), List.of());
        try (GroupTimes times = GroupTimes.open(equipment)) {
            boolean first = show("group.join", times.joins(rounds), 50);
            boolean second = show("group.takeover", times.takeovers(rounds), 1_000);
            return first && second ? CommandLine.ExitCode.OK : Problem.NOT_VERIFIED.exitStatus();
        } catch (UnavailableException lacking) {
            context.say("group-times is skipped: " + lacking.reason());
            return Problem.NOT_READY.exitStatus();
        }
    }

    private boolean show(String name, long[] nanos, long barMillis) {
        long median = nanos[nanos.length / 2];
        long most = nanos[nanos.length - 1];
        boolean met = most < TimeUnit.MILLISECONDS.toNanos(barMillis);
        context.out()
                .printf(
                        Locale.ROOT,
                        FORM,
                        name,
                        "ms",
                        millis(median),
                        millis(most),
                        nanos.length,
                        "< " + barMillis,
                        met ? "yes" : "NO");
        context.out().flush();
        return met;
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
    }
}
