package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru socket}: listen and connect. */
@Command(
        name = "socket",
        description = "Sockets, of Unix and TCP: listen or connect, and talk by the standard streams.",
        synopsisSubcommandLabel = "COMMAND")
final class SocketCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    SocketCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new SocketCommand(context))
                .addSubcommand(new SocketListen(context))
                .addSubcommand(new SocketConnect(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
