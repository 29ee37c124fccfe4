package dev.naru.linux.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The far side of a byte stream: a perl program, driven by a line for each command, which it answers by a line when it is
 * done. It has at most one end that reads and one that writes.
 *
 * <table>
 * <caption>Its commands</caption>
 * <tr><th>command</th><th>answer</th></tr>
 * <tr><td>{@code open-read PATH}, {@code open-write fd:N}, {@code try-open-…}</td><td>{@code ok}, or {@code error ENXIO}</td></tr>
 * <tr><td>{@code read N}</td><td>{@code read COUNT SHA256}: fewer than N only at the end</td></tr>
 * <tr><td>{@code read-to-end}</td><td>{@code end COUNT SHA256}</td></tr>
 * <tr><td>{@code read-records SIZE}</td><td>{@code records TAG=COUNT … torn=N rest=N}</td></tr>
 * <tr><td>{@code write N SEED}</td><td>{@code wrote N}, or {@code error EPIPE WRITTEN}</td></tr>
 * <tr><td>{@code write-records TAG COUNT SIZE}</td><td>{@code wrote COUNT}</td></tr>
 * <tr><td>{@code echo COUNT SIZE}</td><td>{@code echoed COUNT}</td></tr>
 * <tr><td>{@code count FILE}</td><td>only an error: writes 1, 2, 3 … of 8 bytes, and the last that went into the file</td></tr>
 * <tr><td>{@code listen PLACE}, {@code accept}</td><td>{@code ok}, of {@code tcp} {@code port N}: who connects becomes both ends</td></tr>
 * <tr><td>{@code connect PLACE}</td><td>{@code ok}: it becomes both ends; a place is a path, {@code @NAME} or {@code tcp:PORT}</td></tr>
 * <tr><td>{@code close read}, {@code close write}</td><td>{@code ok}</td></tr>
 * <tr><td>{@code fds}</td><td>{@code fds 0=pipe:[…] …}</td></tr>
 * <tr><td>{@code exit CODE}</td><td>none</td></tr>
 * </table>
 */
public final class Peer implements Closeable {
    private static final String SCRIPT = script();

    private final long pid;
    private final OutputStream commands;
    private final BufferedReader answers;
    private final Closeable end;

    private Peer(long pid, OutputStream commands, InputStream answers, Closeable end) {
        this.pid = pid;
        this.commands = commands;
        this.answers = new BufferedReader(new InputStreamReader(answers, StandardCharsets.US_ASCII));
        this.end = end;
    }

    private static String script() {
        try (InputStream script = Peer.class.getResourceAsStream("peer.pl")) {
            return new String(script.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException lost) {
            throw new AssertionError(lost);
        }
    }

    /** How it is started, for those who start it themselves and then {@link #attach}. */
    public static List<String> command() {
        return List.of("perl", "-e", SCRIPT);
    }

    /** Starts one, by the JDK and not by what is tested here. */
    public static Peer start() throws IOException {
        return start(command());
    }

    /** The same as the user 65534, who may nothing. */
    public static Peer startAsNobody() throws IOException {
        return start(JavaProgram.asNobody(command()));
    }

    static Peer start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return attach(process.pid(), process.getOutputStream(), process.getInputStream(), () -> {
            try {
                process.destroyForcibly().waitFor();
            } catch (InterruptedException guard) {
                throw new AssertionError(guard);
            }
        });
    }

    /**
     * One that the caller has started.
     *
     * @param commands what it reads its commands from
     * @param answers where its answers come out
     * @param end kills it and waits until it has ended
     */
    public static Peer attach(long pid, OutputStream commands, InputStream answers, Closeable end) {
        return new Peer(pid, commands, answers, end);
    }

    /** Its process id. */
    public long pid() {
        return pid;
    }

    /** Gives a command and does not wait. */
    public Peer send(String command) throws IOException {
        commands.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        commands.flush();
        return this;
    }

    /** Waits for the answer to the oldest command that has none yet. */
    public String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new AssertionError("the peer has ended");
        }
        return line;
    }

    /** Gives a command and waits for its answer. */
    public String ask(String command) throws IOException {
        return send(command).answer();
    }

    /** Gives a command that must succeed. */
    public Peer tell(String command) throws IOException {
        return send(command).expectOk();
    }

    /** Waits for the answer to a command that must have succeeded. */
    public Peer expectOk() throws IOException {
        assertThat(answer()).isEqualTo("ok");
        return this;
    }

    /** Waits until it sleeps in that system call. */
    public Peer awaitBlockedIn(ProcessState.Call call) {
        ProcessState.awaitBlockedIn(call, pid);
        return this;
    }

    /** Kills it (SIGKILL), if it still runs, and waits until it has ended. */
    public void kill() throws IOException {
        end.close();
    }

    @Override
    public void close() throws IOException {
        try (answers) {
            kill();
            commands.close();
        } catch (IOException nobodyReadsCommands) {
            // the buffer of a stream to a process that is gone
        }
    }
}
