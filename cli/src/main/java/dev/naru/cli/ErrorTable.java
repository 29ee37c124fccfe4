package dev.naru.cli;

import dev.naru.linux.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The table of errors as the page {@code docs/errors.md}. A test compares the two. */
final class ErrorTable {
    private static final String HEAD = """
        <!-- Made by dev.naru.cli.ErrorTable from dev.naru.linux.Problem. Change it there, not here. -->

        # Errors

        Everything that Naru refuses or reports. In Java it is a `dev.naru.linux.Problem`, which every `ErrnoException`
        carries; the `naru` command prints its code and ends with its exit status, as `<sysexits.h>` numbers them.
        `naru explain CODE` shows one row, and `naru explain EPIPE` or `naru explain 32` says what an errno is.

        In the texts, `{limit}` and `{value}` stand for the limit in force and the value that broke it. The message has them
        filled in.

        | code | exit status | what happened | what helps |
        |---|---|---|---|
        """;

    private ErrorTable() {}

    /** The whole page. */
    static String markdown() {
        return HEAD + Arrays.stream(Problem.values()).map(ErrorTable::row).collect(Collectors.joining());
    }

    private static String row(Problem problem) {
        return "| `%s` | %d | %s | %s |\n"
                .formatted(Failures.code(problem), problem.exitStatus(), cell(problem.text()), cell(problem.remedy()));
    }

    /** What would end the cell, or begin HTML, is escaped. */
    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "\\<");
    }
}
