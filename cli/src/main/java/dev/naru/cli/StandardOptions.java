package dev.naru.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The options that stand on every command, declared once. */
final class StandardOptions {
    private StandardOptions() {}

    /** {@code --help}, for a command and all below it. */
    static void addHelp(CommandLine line) {
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help and exit.")
                        .build());
        line.getSubcommands().values().forEach(StandardOptions::addHelp);
    }

    /** {@code --version}, for the root. */
    static void addVersion(CommandLine root) {
        root.getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print the version and exit.")
                        .build());
    }
}
