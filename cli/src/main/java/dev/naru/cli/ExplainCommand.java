package dev.naru.cli;

import dev.naru.linux.Errno;
import dev.naru.linux.Problem;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru explain}: what an error means and what helps, from the table of errors itself. */
@Command(
        name = "explain",
        description = "Say what an error means and what helps: one of Naru's codes, or an errno by name or number.")
final class ExplainCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "0..1",
            paramLabel = "CODE",
            completionCandidates = Codes.class,
            description = "Such as reader-gone, EPIPE or 32 (default: list all).")
    private @Nullable String code;

    @Option(names = "--json", description = "One JSON object a line and code.")
    private boolean json;

    ExplainCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CliException {
        String asked = code;
        if (asked == null) {
            Arrays.stream(Problem.values()).forEach(this::show);
            return 0;
        }
        Optional<Problem> problem = problem(asked);
        if (problem.isPresent()) {
            show(problem.get());
            return 0;
        }
        show(errno(asked).orElseThrow(() -> new CliException(Problem.UNKNOWN_CODE, asked)));
        return 0;
    }

    /** What a shell offers: all of both tables. */
    static final class Codes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            Stream<String> problems = Arrays.stream(Problem.values()).map(Failures::code);
            Stream<String> errnos = Arrays.stream(Errno.values())
                    .filter(errno -> errno != Errno.UNKNOWN)
                    .map(Errno::name);
            return Stream.concat(problems, errnos).iterator();
        }
    }

    private static Optional<Problem> problem(String text) {
        String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(Problem.values())
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    private static Optional<Errno> errno(String text) {
        return Errno.named(text.toUpperCase(Locale.ROOT))
                .or(() -> Arrays.stream(Errno.values())
                        .filter(each -> each != Errno.UNKNOWN
                                && Integer.toString(each.number()).equals(text))
                        .findFirst());
    }

    private void show(Problem problem) {
        if (json) {
            new JsonLines(context.out()).line(line -> {
                line.writeStringProperty("code", Failures.code(problem));
                line.writeNumberProperty("exitStatus", problem.exitStatus());
                line.writeStringProperty("text", problem.text());
                line.writeStringProperty("remedy", problem.remedy());
            });
        } else {
            context.out()
                    .printf("%s (exit status %d): %s%n", Failures.code(problem), problem.exitStatus(), problem.text());
            context.out().printf("  what helps: %s%n", problem.remedy());
        }
    }

    private void show(Errno errno) {
        if (json) {
            new JsonLines(context.out()).line(line -> {
                line.writeStringProperty("code", errno.name());
                line.writeNumberProperty("number", errno.number());
                line.writeStringProperty("text", errno.text());
            });
        } else {
            context.out().printf("%s (errno %d): %s%n", errno.name(), errno.number(), errno.text());
        }
    }
}
