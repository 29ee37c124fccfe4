package dev.naru.cli;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, for people: picocli counts parameters by index, and nobody else does. */
final class UsageWords {
    /** Two wrong letters, or one pair exchanged and another wrong. */
    private static final int MOST_EDITS = 2;

    private UsageWords() {}

    /** What is wrong. */
    static String of(ParameterException wrong) {
        return switch (wrong) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing when !missing.getMissing().isEmpty() -> missing(missing);
            default -> plain(String.valueOf(wrong.getMessage()));
        };
    }

    private static String unmatched(UnmatchedArgumentException wrong) {
        String word = wrong.getUnmatched().getFirst();
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
        if (wrong.isUnknownOption()) {
            return "'" + command + "' has no option " + word;
        }
        return wrong.getCommandLine().getSubcommands().isEmpty()
                ? "'" + word + "' is one word too many"
                : "'" + command + "' has no command '" + word + "'";
    }

    private static String missing(MissingParameterException wrong) {
        ArgSpec first = wrong.getMissing().getFirst();
        return switch (first) {
            case OptionSpec option
            when String.valueOf(wrong.getMessage()).contains("parameter") ->
                option.longestName() + " needs a value: " + option.paramLabel();
            case OptionSpec option -> option.longestName() + "=" + option.paramLabel() + " is missing";
            default -> first.paramLabel() + " is missing";
        };
    }

    /** As {@code Invalid value for positional parameter at index 0..* (PATH): '' is no path}. */
    private static String plain(String message) {
        return message.replaceFirst("positional parameter at index [0-9.*+]+ \\(<?([^)>]*)>?\\)", "$1")
                .replaceFirst("'(--?[a-z-]+)'( \\(<?[^)>]*>?\\))?", "$1")
                .replaceFirst("is not an? (int|long)\\b.*", "is no whole number");
    }

    /** What was probably meant by a word that is not known; empty when nothing is like it. */
    static Optional<String> meant(ParameterException wrong) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
            return Optional.empty();
        }
        CommandLine line = unmatched.getCommandLine();
        String word = unmatched.getUnmatched().getFirst();
        boolean option = unmatched.isUnknownOption();
        Stream<String> known = option
                ? line.getCommandSpec().options().stream().map(OptionSpec::longestName)
                : line.getSubcommands().keySet().stream();
        return known.filter(name -> edits(word, name) <= Math.min(MOST_EDITS, name.length() - 1)
                        || (word.length() >= MOST_EDITS && name.startsWith(word)))
                .min(Comparator.comparingInt(name -> edits(word, name)))
                .map(name -> option ? name : line.getCommandSpec().qualifiedName() + " " + name);
    }

    /** How many letters were added, left out, exchanged with a neighbour, or replaced. */
    static int edits(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
