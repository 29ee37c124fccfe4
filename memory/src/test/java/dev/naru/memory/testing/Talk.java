package dev.naru.memory.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A process that says lines and goes on when it gets one. It is gone when this is closed. */
public final class Talk implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private Talk(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts one. */
    public static Talk start(List<String> command) throws IOException {
        return new Talk(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next line that it says; waits for it. */
    public String line() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new AssertionError("it has ended");
        }
        return line;
    }

    /** Says a line to it. */
    public Talk say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Tells it to go on. */
    public Talk goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().close();
        return this;
    }

    /**
     * Kills it (SIGKILL) and waits until it is gone. Not by {@link Process#destroyForcibly}, which also closes its standard
     * input: whoever it has started, and who is killed with it only a moment later, would see that end.
     */
    public void kill() throws InterruptedException {
        boolean _ = process.toHandle().destroyForcibly();
        int _ = process.waitFor();
    }

    /** Waits for its end: its exit status. */
    public int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        try (lines) {
            kill();
            process.getOutputStream().close();
        } catch (InterruptedException guard) {
            throw new AssertionError(guard);
        } catch (IOException nobodyReads) {
            // what was not read by a process that is gone
        }
    }
}
