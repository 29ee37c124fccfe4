package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru ring}: make, use, look into and remove rings. */
@Command(
        name = "ring",
        description = "Rings of messages: make, send, receive, describe, watch, remove.",
        synopsisSubcommandLabel = "COMMAND")
final class RingCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RingCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new RingCommand(context))
                .addSubcommand(new RingCreate())
                .addSubcommand(new RingSend(context))
                .addSubcommand(new RingReceive(context))
                .addSubcommand(new RingStatCommand(context))
                .addSubcommand(new RingTapCommand(context))
                .addSubcommand(new RingRemove(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
