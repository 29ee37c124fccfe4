package dev.naru.bench;

import dev.naru.linux.Problem;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The entry of {@code naru bench}, and the only place here that reads system properties. */
public final class Main {
    private Main() {}

    /**
     * What the process was started with.
     *
     * @param out for data
     * @param err for people
     * @param java the program that started this JVM
     * @param classPath where our classes are
     */
    record Surroundings(PrintStream out, PrintStream err, Path java, String classPath) {
        /** A line for people. */
        void say(String words) {
            err.println("naru bench: " + words);
        }
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        int status = run(
                new Surroundings(
                        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path")),
                arguments);
        System.exit(status);
    }

    /** Runs the command; its exit status. */
    static int run(Surroundings surroundings, String... arguments) {
        CommandLine line = new CommandLine(new BenchCommand(surroundings));
        CommandLine jmh = new CommandLine(new JmhCommand());
        line.addSubcommand(jmh);
        addStandards(line);
        addStandards(jmh);
        line.setOut(writer(surroundings.out()));
        line.setErr(writer(surroundings.err()));
        line.setExecutionExceptionHandler((thrown, command, result) -> report(surroundings, thrown));
        int status = line.execute(arguments);
        surroundings.out().flush();
        return status;
    }

    private static void addStandards(CommandLine line) {
        line.getCommandSpec()
                .exitCodeOnInvalidInput(Problem.USAGE.exitStatus())
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this.")
                        .build());
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static int report(Surroundings surroundings, Exception thrown) {
        surroundings.say(String.valueOf(thrown.getMessage()));
        return switch (thrown) {
            case IOException _ -> Problem.NOT_READY.exitStatus();
            case InterruptedException _ -> Problem.INTERRUPTED.exitStatus();
            default -> {
                thrown.printStackTrace(surroundings.err());
                yield Problem.INTERNAL.exitStatus();
            }
        };
    }
}
