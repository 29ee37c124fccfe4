package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru sem}: make, use, look into and remove semaphores. */
@Command(
        name = "sem",
        description = "Semaphores, POSIX and System V: make, acquire, release, describe, remove.",
        synopsisSubcommandLabel = "COMMAND")
final class SemCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    SemCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new SemCommand(context))
                .addSubcommand(new SemCreate(context))
                .addSubcommand(new SemAcquire(context))
                .addSubcommand(new SemRelease())
                .addSubcommand(new SemStat(context))
                .addSubcommand(new SemRemove(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
