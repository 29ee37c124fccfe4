package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the launcher {@code ./naru} of a checkout does itself: here it is only described, for help and completion. */
enum LauncherCommand {
    /** Maven. */
    test("MAVEN OPTION", "In a checkout: run every check and every test.", "CONTRIBUTING.md says how one test is run."),
    /** The room of that name. */
    bench(
            "ARGUMENT",
            "In a checkout: race each mechanism with C in the same run, or run its benchmarks.",
            "'./naru bench --help' lists its options, './naru bench --list' the races."),
    /** The room of that name. */
    stress(
            "ARGUMENT",
            "In a checkout: run the protocols of shared memory under jcstress, and their mutants.",
            "--short: each once. Otherwise in every mix of compilers, which is long. A pattern names some of them."),
    /** Tests that are too long for every day. */
    torture(
            "KILLS",
            "In a checkout: kill -9 at any moment, 2000 times or so often, then check the models of the protocols.",
            "Run it on a quiet machine; it takes long.");

    private final String argument;
    private final String first;
    private final String second;

    LauncherCommand(String argument, String first, String second) {
        this.argument = argument;
        this.first = first;
        this.second = second;
    }

    CommandLine line(Context context) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(new Described(this, context));
        spec.name(name());
        spec.usageMessage().description(first, second);
        spec.addPositional(PositionalParamSpec.builder()
                .arity("0..*")
                .paramLabel(argument)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("Passed on.")
                .build());
        return new CommandLine(spec).setUnmatchedOptionsArePositionalParams(true);
    }

    /** When the launcher has passed it by. */
    @Command
    private static final class Described implements Callable<Integer> {
        private final LauncherCommand command;
        private final Context context;

        Described(LauncherCommand command, Context context) {
            this.command = command;
            this.context = context;
        }

        @Override
        public Integer call() {
            return Failures.report(context, new CliException(Problem.NO_CHECKOUT, command.name()));
        }
    }
}
