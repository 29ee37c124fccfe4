package dev.naru.linux.testing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program that is not ours and does a line at a time, to which it answers with a line. */
public abstract sealed class LineProgram implements Closeable permits CProgram, Perl, Python {
    private final Process process;
    private final BufferedReader answers;

    LineProgram(List<String> command) throws IOException {
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Tells it a statement or an expression, and does not wait. */
    public LineProgram tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** What it answers: the value, {@code ok} for a statement, or {@code error} and what the kernel said. */
    public String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new AssertionError("it has ended");
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

    /** Waits until it sleeps in that system call. */
    public LineProgram awaitBlockedIn(ProcessState.Call call) {
        ProcessState.awaitBlockedIn(call, pid());
        return this;
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
