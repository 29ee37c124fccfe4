package dev.naru.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code naru help}: of any command, however deep; picocli's own stops at the first word. */
@Command(name = "help", description = "Show how a command is used: naru help fifo read.")
final class HelpCommand implements Runnable {
    private final Context context;

    @Parameters(
            arity = "0..*",
            paramLabel = "COMMAND",
            completionCandidates = Names.class,
            description = "Which, such as fifo or fifo read (default: naru itself).")
    private List<String> commands = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    HelpCommand(Context context) {
        this.context = context;
    }

    /** What a shell offers. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Main.names().iterator();
        }
    }

    @Override
    public void run() {
        CommandLine line = spec.commandLine().getParent();
        for (String command : commands) {
            CommandLine next = line.getSubcommands().get(command);
            if (next == null) {
                throw new UnmatchedArgumentException(line, List.of(command));
            }
            line = next;
        }
        line.usage(context.out());
    }
}
