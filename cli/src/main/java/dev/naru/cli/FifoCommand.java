package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru fifo}: make, fill, empty and remove FIFOs. */
@Command(name = "fifo", description = "Named pipes: make, read, write, remove.", synopsisSubcommandLabel = "COMMAND")
final class FifoCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    FifoCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new FifoCommand(context))
                .addSubcommand(new FifoCreate())
                .addSubcommand(new FifoRead(context))
                .addSubcommand(new FifoWrite(context))
                .addSubcommand(new FifoRemove(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
