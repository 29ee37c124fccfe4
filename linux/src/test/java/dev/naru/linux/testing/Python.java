package dev.naru.linux.testing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A python3 that does a line at a time, with {@code socket}, {@code os}, {@code array} and {@code struct} at hand. */
public final class Python implements Closeable {
    private static final String LOOP = """
            import sys, os, socket, array, struct
            names = globals()
            for line in sys.stdin:
                try:
                    try:
                        answer = eval(line, names)
                    except SyntaxError:
                        exec(line, names)
                        answer = 'ok'
                except OSError as refused:
                    answer = 'error ' + (refused.strerror or str(refused))
                print(answer, flush=True)
            """;

    private final Process process;
    private final BufferedReader answers;

    private Python(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts one. */
    public static Python start() throws IOException {
        return new Python(new ProcessBuilder("python3", "-c", LOOP)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Tells it a statement or an expression, and does not wait. */
    public Python tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** What it answers: the value, {@code ok} for a statement, or {@code error} and what the kernel said. */
    public String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new AssertionError("python3 has ended");
        }
        return line;
    }

    /** Something that has to happen before it can answer. */
    @FunctionalInterface
    public interface Step {
        /** It happens. */
        void go() throws IOException, InterruptedException;
    }

    /** Its answer to what it was told, which it gives only after something else has happened. */
    public String answerAfter(Step step) throws IOException, InterruptedException {
        step.go();
        return answer();
    }

    /** Both. */
    public String ask(String line) throws IOException {
        return tell(line).answer();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        int _ = process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        try (answers) {
            kill();
        } catch (InterruptedException guard) {
            throw new AssertionError(guard);
        }
    }
}
