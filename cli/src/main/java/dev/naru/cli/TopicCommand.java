package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru topic}: make, fill, read, look into and remove topics. */
@Command(
        name = "topic",
        description = {
            "Topics with no server: make, append, read, describe, change, check, remove.",
            "A topic is a log in files of its store, a directory: that of --store, else of NARU_STORE, else ./data."
        },
        synopsisSubcommandLabel = "COMMAND")
final class TopicCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopicCommand(Context context) {
        this.context = context;
    }

    /** With what it can do. */
    static CommandLine line(Context context) {
        return new CommandLine(new TopicCommand(context))
                .addSubcommand(new TopicCreate(context))
                .addSubcommand(new TopicList(context))
                .addSubcommand(new TopicDescribe(context))
                .addSubcommand(new TopicAlter(context))
                .addSubcommand(new TopicDelete(context))
                .addSubcommand(new TopicDeleteRecords(context))
                .addSubcommand(new TopicCompact(context))
                .addSubcommand(new TopicProduce(context))
                .addSubcommand(new TopicConsume(context))
                .addSubcommand(new TopicTail(context))
                .addSubcommand(new TopicVerify(context))
                .addSubcommand(new TopicDump(context));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }
}
