package dev.naru.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import picocli.CommandLine;

/** The naru command as it is, but the processes that it starts get another java: the first argument says which JDK's. */
public final class CrookedMain {
    private CrookedMain() {}

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        String[] line = Arrays.copyOfRange(arguments, 1, arguments.length);
        exit(context(Path.of(arguments[0])), context -> Main.commandLine(context, line[0]), line);
    }

    /** Runs a command that was made otherwise than the command line makes it, and exits with its status. */
    public static void runAndExit(Path jdk, Function<Context, Object> command, String... arguments) {
        exit(context(jdk), context -> Failures.handledBy(context, new CommandLine(command.apply(context))), arguments);
    }

    private static void exit(Context context, Function<Context, CommandLine> line, String... arguments) {
        int status = line.apply(context).execute(arguments);
        context.out().flush();
        System.exit(status);
    }

    private static Context context(Path jdk) {
        return new Context(
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                false,
                new Context.Jvm(jdk, "25", System.getProperty("java.class.path")));
    }
}
