package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code naru} without a subcommand. */
@Command(
        name = "naru",
        description = "Moves bytes between processes on this machine, and shows what the kernel has for it.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = NaruCommand.Version.class,
        footer = {
            "",
            "Exit status: 0 done, 64 usage, 65 bad data or not found, 69 unavailable,",
            "70 a defect of ours, 75 timed out, 77 permission, 130 interrupted,",
            "141 the reader of standard output has gone.",
            "'naru explain' lists every error with its remedy."
        })
final class NaruCommand implements Callable<Integer> {
    private final Context context;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    NaruCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(context.err());
        return Problem.USAGE.exitStatus();
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"naru " + Main.version()};
        }
    }
}
