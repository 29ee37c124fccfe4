package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru rpc}: asks a gRPC server what it serves, and calls it. */
@Command(
        name = "rpc",
        description = {
            "gRPC servers: list their services, describe them, call them, with JSON for messages.",
            "Through shared memory, a Unix socket or TCP. The server describes its messages by reflection, or a file of --protoset does."
        },
        synopsisSubcommandLabel = "COMMAND")
final class RpcCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RpcCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new RpcCommand(context))
                .addSubcommand(new RpcList(context))
                .addSubcommand(new RpcDescribe(context))
                .addSubcommand(new RpcCall(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
