package dev.naru.bench;

import dev.naru.cli.Context;
import dev.naru.cli.Failures;
import dev.naru.linux.Problem;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The entry of {@code naru bench}. */
public final class Main {
    private Main() {}

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        int status = run(dev.naru.cli.Main.context(), arguments);
        System.exit(status);
    }

    /** Runs the command; its exit status. */
    static int run(Context context, String... arguments) {
        CommandLine line = new CommandLine(new BenchCommand(context));
        CommandLine jmh = new CommandLine(new JmhCommand(context));
        CommandLine groupTimes = new CommandLine(new GroupTimesCommand(context));
        line.addSubcommand(jmh);
        line.addSubcommand(groupTimes);
        addStandards(line);
        addStandards(groupTimes);
        addStandards(jmh);
        int status = Failures.handledBy(context, line).execute(arguments);
        return Failures.ended(context, status);
    }

    private static void addStandards(CommandLine line) {
        line.getCommandSpec()
                .exitCodeOnInvalidInput(Problem.USAGE.exitStatus())
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this.")
                        .build());
    }
}
