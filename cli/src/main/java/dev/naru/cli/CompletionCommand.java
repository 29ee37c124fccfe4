package dev.naru.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code naru completion}: a script that makes a shell complete {@code naru}. */
@Command(
        name = "completion",
        description = {
            "Print a completion script.",
            "bash and zsh: source <(naru completion bash); fish: naru completion fish | source"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1", paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    /** In the words that people type. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    CompletionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        CommandLine all = Main.commandLine(context, "");
        context.out()
                .print(
                        switch (shell) {
                            case bash, zsh -> BashCompletion.script(all); // it turns on zsh's bashcompinit itself
                            case fish -> FishCompletion.script(all);
                        });
        return 0;
    }
}
