package dev.naru.cli.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.ProcessState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** A process whose standard output and standard error go to files, so that nothing waits until they are read. */
public final class Program implements Closeable {
    private final Process process;
    private final Path out;
    private final Path err;

    private Program(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** How it ended, and what it said. */
    public record Result(int status, String out, String err) {
        /** It ended with that status, and no stack was shown. */
        public Result endedWith(int expected) {
            assertThat(status).as("exit status; out: %s; err: %s", out, err).isEqualTo(expected);
            assertThat(err.lines()).as("standard error").noneMatch(line -> line.startsWith("\tat "));
            return this;
        }

        /** It succeeded and had nothing to say. */
        public Result succeeded() {
            assertThat(err).isEmpty();
            return endedWith(0);
        }

        /** It failed with that status, wrote no data, and named that code of the table of errors. */
        public Result failed(int expected, String code) {
            assertThat(err).startsWith("naru: ").contains("\n  code: " + code + " (naru explain " + code + ")\n");
            assertThat(err).as("placeholders").doesNotContain("{", "}");
            assertThat(out).isEmpty();
            return endedWith(expected);
        }
    }

    static Program start(ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile("naru-test-", ".out");
        Path err = Files.createTempFile("naru-test-", ".err");
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        return new Program(builder.start(), out, err);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The children that it has now. */
    public List<ProcessHandle> children() {
        return process.children().toList();
    }

    /** What it has written to standard output so far. */
    public String out() throws IOException {
        return new String(Files.readAllBytes(out), StandardCharsets.UTF_8); // a character may be half written
    }

    /** What it has written to standard error so far. */
    public String err() throws IOException {
        return new String(Files.readAllBytes(err), StandardCharsets.UTF_8);
    }

    /** Waits until it is so; fails when it ends before that. */
    public Program await(String what, Callable<Boolean> condition) {
        Await.until(what, () -> {
            boolean ended = !process.isAlive();
            if (condition.call()) {
                return true;
            }
            if (ended) {
                throw new AssertionError("ended with " + process.exitValue() + "; out: " + out() + "; err: " + err());
            }
            return false;
        });
        return this;
    }

    /** Waits until a thread of it sleeps in the open of a FIFO. */
    public Program awaitOpening() {
        return await(
                "it waits in open",
                () -> isBlocked(ProcessState.Call.OPENAT, "naru-blocking-c")); // the kernel keeps 15 bytes of a name
    }

    /** Waits until a thread of it sleeps in the poller. */
    public Program awaitPolling() {
        return await("it waits in ppoll", () -> isBlocked(ProcessState.Call.PPOLL, ""));
    }

    private boolean isBlocked(ProcessState.Call call, String thread) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid() + "/task"))) {
            for (Path task : tasks) {
                if (ProcessState.isBlockedIn(call, task)
                        && Files.readString(task.resolve("comm")).startsWith(thread)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Sends it a signal by its name without SIG. */
    public Program signal(String name) throws IOException, InterruptedException {
        Foreign.signal(name, pid());
        return this;
    }

    /** Waits for its end. */
    public Result end() throws IOException, InterruptedException {
        int status = process.waitFor();
        return new Result(status, out(), err());
    }

    @Override
    public void close() throws IOException {
        try {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            var _ = process.destroyForcibly().onExit().join();
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }
}
