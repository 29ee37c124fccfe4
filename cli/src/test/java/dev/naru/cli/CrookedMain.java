package dev.naru.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The naru command as it is, but the processes that it starts get another java: the first argument says which JDK's. */
public final class CrookedMain {
    private CrookedMain() {}

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        Context context = new Context(
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                false,
                new Context.Jvm(Path.of(arguments[0]), "25", System.getProperty("java.class.path")));
        String[] line = Arrays.copyOfRange(arguments, 1, arguments.length);
        int status = Main.commandLine(context, line[0]).execute(line);
        context.out().flush();
        System.exit(status);
    }
}
