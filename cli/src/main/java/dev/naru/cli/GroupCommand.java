package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru group}: look into, reset and remove consumer groups. */
@Command(
        name = "group",
        description = {
            "Consumer groups with no server: list, describe, reset, delete.",
            "A group is made when its first member joins: naru topic consume --group GROUP TOPIC."
        },
        synopsisSubcommandLabel = "COMMAND")
final class GroupCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    GroupCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new GroupCommand(context))
                .addSubcommand(new GroupList(context))
                .addSubcommand(new GroupDescribe(context))
                .addSubcommand(new GroupReset(context))
                .addSubcommand(new GroupDelete(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
