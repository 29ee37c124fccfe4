package dev.naru.cli;

import static dev.naru.linux.Errno.EMFILE;

import dev.naru.channels.AddressException;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns what a command throws into words for people and an exit status. A user's mistake shows no stack. */
public final class Failures {
    /** What went wrong: its entry in the table, the words, and what helps. */
    private record Failure(Problem problem, String words, String remedy) {}

    private Failures() {}

    /** The command line, with its failures told in the words of the table of errors. */
    public static CommandLine handledBy(Context context, CommandLine line) {
        line.setOut(new PrintWriter(new OutputStreamWriter(context.out(), StandardCharsets.UTF_8), true));
        line.setErr(new PrintWriter(new OutputStreamWriter(context.err(), StandardCharsets.UTF_8), true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Duration.class, Times::parse);
        line.setParameterExceptionHandler((wrong, arguments) -> usage(context, wrong));
        line.setExecutionExceptionHandler((thrown, command, result) -> report(context, thrown));
        return line;
    }

    private static int usage(Context context, ParameterException wrong) {
        if (wrong.getCause() instanceof AddressException address) {
            return report(context, address);
        }
        String help = wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        String meant = UsageWords.meant(wrong)
                .map(name -> "did you mean '" + name + "'? ")
                .orElse("");
        return report(
                context,
                new Failure(Problem.USAGE, UsageWords.of(wrong), meant + "'" + help + "' shows how it is used"),
                wrong);
    }

    /** The exit status of a command that ended with that one: another, if nobody has its output. */
    public static int ended(Context context, int status) {
        try {
            context.requireOutput();
            return status;
        } catch (CliException lost) {
            return status == 0 ? report(context, lost) : status;
        }
    }

    /** Says it and answers the exit status. */
    static int report(Context context, Throwable thrown) {
        return report(context, failure(thrown), thrown);
    }

    private static int report(Context context, Failure failure, Throwable thrown) {
        context.out().flush();
        if (failure.problem() != Problem.INTERRUPTED && failure.problem() != Problem.OUTPUT_CLOSED) {
            context.say(failure.words());
            context.err().println("  what helps: " + failure.remedy());
            context.err()
                    .println("  code: " + code(failure.problem()) + " (naru explain " + code(failure.problem()) + ")");
        }
        if (context.trace()) {
            thrown.printStackTrace(context.err());
        }
        return failure.problem().exitStatus();
    }

    private static Failure failure(Throwable thrown) {
        return switch (thrown) {
            case ErrnoException refused -> new Failure(refused.problem(), refused.summary(), refused.remedy());
            case CliException found ->
                new Failure(found.problem(), message(found), found.problem().remedy());
            case AddressException address ->
                new Failure(Problem.BAD_ADDRESS, message(address), Problem.BAD_ADDRESS.remedy());
            case InterruptedException _ -> about(Problem.INTERRUPTED, "");
            case ClosedByInterruptException _ -> about(Problem.INTERRUPTED, "");
            case NoSuchFileException missing -> about(Problem.NOT_FOUND, missing.getFile());
            case AccessDeniedException denied -> about(Problem.DENIED, denied.getFile());
            case FileSystemException none
            when EMFILE.text().equals(none.getReason()) -> // the JDK keeps the errno to itself
                failure(ErrnoException.of(EMFILE.number(), "open", plain(none.getFile())));
            case IOException failed -> about(Problem.IO_FAILED, message(failed)); // of a file it is "FILE: reason"
            case UncheckedIOException wrapped -> failure(Objects.requireNonNull(wrapped.getCause()));
            case DirectoryIteratorException wrapped -> failure(Objects.requireNonNull(wrapped.getCause()));
            case InvalidPathException path -> new Failure(Problem.USAGE, message(path), Problem.USAGE.remedy());
            case OutOfMemoryError none
            when message(none).contains("native thread") -> about(Problem.NO_THREAD, "this process");
            case Throwable defect when deniesNativeAccess(defect) -> about(Problem.NATIVE_ACCESS, "linux");
            case Throwable defect -> about(Problem.INTERNAL, defect.toString());
        };
    }

    private static Failure about(Problem problem, String target) {
        return new Failure(problem, target + ": " + problem.text(), problem.remedy());
    }

    /** Every downcall throws it where they are forbidden, in an initializer too. */
    private static boolean deniesNativeAccess(Throwable defect) {
        for (Throwable cause = defect; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalCallerException) {
                return true;
            }
        }
        return false;
    }

    /** As the user named it: {@code ./.} is how a directory is walked. */
    private static String plain(String file) {
        return file.replaceFirst("(?<=.)/\\.$", "");
    }

    private static String message(Throwable thrown) {
        return Objects.requireNonNullElse(thrown.getMessage(), thrown.toString());
    }

    /** The code as people type it: {@code reader-gone}. */
    static String code(Problem problem) {
        return problem.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
