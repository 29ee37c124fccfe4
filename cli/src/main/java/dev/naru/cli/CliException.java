package dev.naru.cli;

import dev.naru.linux.Problem;
import java.io.Serial;

/** A problem that a command itself found, in the words of the table of errors. */
public final class CliException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Problem problem;

    /** About that target: a path, an address, an option. */
    public CliException(Problem problem, String target) {
        super(target + ": " + problem.text());
        this.problem = problem;
    }

    /** The entry of the table. */
    public Problem problem() {
        return problem;
    }
}
