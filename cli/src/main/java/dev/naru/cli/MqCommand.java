package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru mq}: make, use, look into and remove the kernel's message queues. */
@Command(
        name = "mq",
        description = "Message queues of the kernel, POSIX and System V: make, send, receive, describe, remove.",
        synopsisSubcommandLabel = "COMMAND")
final class MqCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    MqCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new MqCommand(context))
                .addSubcommand(new MqCreate(context))
                .addSubcommand(new MqSend(context))
                .addSubcommand(new MqReceive(context))
                .addSubcommand(new MqStat(context))
                .addSubcommand(new MqRemove(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
