package dev.naru.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes {@code complete} commands for fish from the commands themselves; picocli knows only bash and zsh. */
final class FishCompletion {
    private final StringBuilder script = new StringBuilder();

    private FishCompletion() {}

    static String script(CommandLine root) {
        FishCompletion completion = new FishCompletion();
        completion.write(root, List.of());
        return completion.script.toString();
    }

    private void write(CommandLine line, List<String> path) {
        String here = condition(path, line.getSubcommands().keySet().stream().toList());
        for (OptionSpec option : line.getCommandSpec().options()) {
            write(here, option);
        }
        writeWords(here, line.getCommandSpec());
        line.getSubcommands().forEach((name, command) -> {
            script.append("complete -c naru -f -n '%s' -a %s -d '%s'%n"
                    .formatted(here, name, description(command.getCommandSpec())));
            List<String> below = new ArrayList<>(path);
            below.add(name);
            write(command, below);
        });
    }

    private void write(String here, OptionSpec option) {
        script.append("complete -c naru -n '").append(here).append('\'');
        for (String name : option.names()) {
            script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            script.append(" -r");
        }
        if (option.completionCandidates() != null) {
            String words = String.join(" ", option.completionCandidates());
            script.append(" -f -a '")
                    .append(BashCompletion.isList(option) ? "(__fish_append , " + words + ")" : words)
                    .append('\'');
        }
        script.append(" -d '").append(quoted(option.description())).append("'\n");
    }

    /** After the words of the path, and before one of its subcommands. */
    private static String condition(List<String> path, List<String> subcommands) {
        if (path.isEmpty()) {
            return "__fish_use_subcommand";
        }
        StringBuilder condition = new StringBuilder();
        for (String word : path) {
            condition
                    .append(condition.isEmpty() ? "" : "; and ")
                    .append("__fish_seen_subcommand_from ")
                    .append(word);
        }
        if (!subcommands.isEmpty()) {
            condition.append("; and not __fish_seen_subcommand_from ").append(String.join(" ", subcommands));
        }
        return condition.toString();
    }

    private static String description(CommandSpec command) {
        return quoted(command.usageMessage().description());
    }

    /** Words that a command takes, such as the shells of {@code completion}. */
    private void writeWords(String here, CommandSpec command) {
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            if (parameter.completionCandidates() != null) {
                for (String word : parameter.completionCandidates()) {
                    script.append("complete -c naru -f -n '%s' -a %s%n".formatted(here, word));
                }
            }
        }
    }

    private static String quoted(String[] description) {
        return description.length == 0
                ? ""
                : description[0].replaceAll("%n.*", "").replace("\\", "\\\\").replace("'", "\\'");
    }
}
