package dev.naru.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** Runs each line of standard input as a naru command, and answers with three lines: the status, what it wrote, and what it said. */
public final class ResidentMain {
    /** Stands between the words of a line, of which there may be empty ones. */
    public static final String BETWEEN = "\u001f";

    private ResidentMain() {}

    /** Runs them, until the end of standard input. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            run(line.isEmpty() ? new String[0] : line.split(BETWEEN, -1));
        }
    }

    private static void run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Context context = new Context(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                new Context.Jvm(Path.of(System.getProperty("java.home")), "25", System.getProperty("java.class.path")));
        int status =
                Main.commandLine(context, words.length == 0 ? "" : words[0]).execute(words);
        System.out.println(Failures.ended(context, status));
        System.out.println(Base64.getEncoder().encodeToString(out.toByteArray()));
        System.out.println(Base64.getEncoder().encodeToString(err.toByteArray()));
    }
}
