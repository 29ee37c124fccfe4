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
        this(problem, target, "");
    }

    /** The same with a reason that the table cannot know, or none. */
    CliException(Problem problem, String target, String reason) {
        super((target.isEmpty() ? "''" : target) + ": " + problem.text()
                + (reason.isEmpty() ? "" : " (" + reason + ")"));
        this.problem = problem;
    }

    /** The entry of the table. */
    public Problem problem() {
        return problem;
    }
}
