package dev.naru.bench;

import dev.naru.cli.Context;
import dev.naru.cli.JsonLines;
import dev.naru.linux.Cores;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru bench}: runs races and judges them by their bars. */
@Command(
        name = "naru bench",
        description = "Runs races: the same work by Naru and by a peer, in paired rounds, pinned alike.",
        footer = {
            "",
            "Exit status: 0 every bar is met, 64 usage, 65 a bar is missed, 69 a race could not be run.",
            "What each race is, and the figures found: docs/performance.md"
        })
final class BenchCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Races by name: a beginning, or a glob in quotes such as 'pipe.*'. All by default.",
            defaultValue = "*")
    private String pattern = "*";

    @Option(names = "--json", description = "One JSON object a line instead of a table.")
    private boolean json;

    @Option(names = "--rounds", paramLabel = "N", description = "How many pairs of rounds, at least 5.")
    private @Nullable Integer rounds;

    @Option(names = "--short", description = "Few and small rounds, to see that all works: no bar is judged.")
    private boolean brief;

    @Option(names = "--list", description = "Say what the races are, and run none.")
    private boolean list;

    @Option(names = "--cc", paramLabel = "COMMAND", description = "The C compiler for the peers.", defaultValue = "cc")
    private String compiler = "cc";

    BenchCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Race> races = Races.matching(pattern);
        if (races.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "no race matches '" + pattern + "'; there are: " + names());
        }
        if (list) {
            races.forEach(json ? this::describeInJson : this::describe);
            return CommandLine.ExitCode.OK;
        }
        Effort effort = effort();
        Equipment equipment = new Equipment(
                context.jvm().home().resolve("bin/java"),
                context.jvm().classPath(),
                compiler,
                Cores.pair(),
                effort.options());
        List<Result> results = run(races, equipment, effort);
        context.out().flush();
        return judge(results, effort);
    }

    private static String names() {
        return Races.ALL.stream().map(Race::name).distinct().collect(Collectors.joining(", "));
    }

    private void describe(Race race) {
        context.out()
                .printf(
                        "%s: %s; %s; against %s, bar %s%n",
                        race.title(), race.operation(), race.placement().text(), race.peer(), race.barText());
    }

    private void describeInJson(Race race) {
        new JsonLines(context.out()).line(line -> {
            line.writeStringProperty("race", race.name());
            line.writeStringProperty("operation", race.operation());
            line.writeStringProperty("placement", race.placement().text());
            line.writeStringProperty("peer", race.peer());
            line.writeStringProperty("bar", race.barText());
        });
    }

    private Effort effort() {
        Effort effort = brief ? Effort.brief() : Effort.full();
        if (rounds == null) {
            return effort;
        }
        int fewest = brief ? 1 : Effort.FEWEST_ROUNDS;
        if (rounds < fewest) {
            throw new ParameterException(spec.commandLine(), "--rounds " + rounds + ": at least " + fewest);
        }
        return effort.withRounds(rounds);
    }

    private List<Result> run(List<Race> races, Equipment equipment, Effort effort)
            throws IOException, InterruptedException {
        PrintStream out = context.out();
        Report report = json ? new Report.Json(new JsonLines(out)) : new Report.Table(out, effort.judged());
        List<Result> results = new ArrayList<>();
        try (Scratch scratch = Scratch.create()) {
            RaceRunner runner = new RaceRunner(equipment, effort, scratch.directory());
            for (Race race : races) {
                context.say(race.title() + " against " + race.peer() + ": " + effort.rounds() + " pairs of rounds");
                Result result = runner.run(race);
                switch (result) {
                    case Result.Ran ran -> report.show(ran);
                    case Result.Skipped(Race skipped, String reason) ->
                        context.say(skipped.title() + " against " + skipped.peer() + " is skipped: " + reason);
                }
                results.add(result);
            }
        }
        return results;
    }

    private int judge(List<Result> results, Effort effort) {
        boolean skipped = false;
        boolean missed = false;
        for (Result result : results) {
            switch (result) {
                case Result.Skipped _ -> skipped = true;
                case Result.Ran ran
                when effort.judged() && !ran.race().isMetBy(ran.ratio()) -> {
                    missed = true;
                    context.say("bar missed: " + ran.race().name() + " is " + Figures.exactRatio(ran.ratio())
                            + " of " + ran.race().peer() + ", to be "
                            + ran.race().barText());
                }
                case Result.Ran _ -> {}
            }
        }
        if (missed) {
            return Problem.NOT_VERIFIED.exitStatus();
        }
        return skipped ? Problem.NOT_READY.exitStatus() : CommandLine.ExitCode.OK;
    }
}
