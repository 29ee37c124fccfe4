package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru shm}: make, look into, change and remove shared memory. */
@Command(
        name = "shm",
        description = "Shared memory: make, read, write, describe, remove.",
        synopsisSubcommandLabel = "COMMAND")
final class ShmCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    ShmCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new ShmCommand(context))
                .addSubcommand(new ShmCreate())
                .addSubcommand(new ShmRead(context))
                .addSubcommand(new ShmWrite(context))
                .addSubcommand(new ShmStat(context))
                .addSubcommand(new ShmRemove(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
