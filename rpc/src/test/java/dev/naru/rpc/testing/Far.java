package dev.naru.rpc.testing;

import dev.naru.linux.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A {@code main} of the tests in a JVM of its own, with all that the tests have on their class path. It ends with the test. */
public final class Far implements Closeable {
    private final Process process;
    private final BufferedReader lines;

    private Far(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts it. */
    public static Far start(Class<?> main, String... arguments) throws IOException {
        return start(program(main), arguments);
    }

    /** The same, with another class path or other options. */
    public static Far start(JavaProgram program, String... arguments) throws IOException {
        return new Far(new ProcessBuilder(program.command(arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** How it is started. */
    public static JavaProgram program(Class<?> main) {
        return JavaProgram.of(main).needingAll().option("-XX:+UseSerialGC");
    }

    /** The next line that it prints. */
    public String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new AssertionError("it has ended");
        }
        return line;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        int _ = process.destroyForcibly().waitFor();
    }

    /** Ends its standard input, which it takes as a sign to end, and waits until it has. */
    public int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        try (lines) {
            kill();
        } catch (InterruptedException guard) {
            throw new AssertionError(guard);
        }
    }
}
