package dev.naru.cli.testing;

import dev.naru.cli.ResidentMain;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * A naru process that stays, and runs one command line after the other: what is only read and refused needs no JVM of its own. What
 * has to do with descriptors, signals or the end of a process does: {@link Naru}.
 */
public final class Resident implements Closeable {
    private final Process process;
    private final BufferedWriter lines;
    private final BufferedReader answers;

    private Resident(Process process) {
        this.process = process;
        this.lines = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts it in that directory. */
    public static Resident in(Path folder) throws IOException {
        return in(folder, Naru.java(ResidentMain.class));
    }

    /** The same of a JVM that is started otherwise, with that main. */
    public static Resident in(Path folder, JavaProgram java) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(java.command())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", "C.UTF-8");
        return new Resident(builder.start());
    }

    /** Runs that command. */
    public Result run(String... arguments) throws IOException {
        lines.write(String.join(ResidentMain.BETWEEN, arguments));
        lines.newLine();
        lines.flush();
        return new Result(Integer.parseInt(answers.readLine()), text(answers.readLine()), text(answers.readLine()));
    }

    private static String text(String line) {
        return new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try (lines;
                answers) {
            var _ = process.destroyForcibly().onExit().join();
        }
    }
}
