package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.ProcessCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which process this is, for people to read: the pid alone does not tell, since the kernel gives it out again and every
 * pid namespace has its own.
 *
 * <p>It is never a proof of life; locks prove that.
 *
 * @param pid the process id in the caller's namespace
 * @param startTicks when it was started, in clock ticks since boot (field 22 of {@code /proc/PID/stat}, proc(5))
 * @param namespace the pid namespace, as {@code pid:[4026531836]}
 * @param name what the kernel calls it, at most 15 bytes
 */
public record ProcessIdentity(long pid, long startTicks, String namespace, String name) {
    private static final int START_TIME = 22;

    /** This process. */
    public static ProcessIdentity current() {
        return of(ProcessHandle.current().pid())
                .orElseThrow(() -> new IllegalStateException("/proc is not mounted: mount -t proc proc /proc"));
    }

    /** Whether any process has the pid now, also one that {@code /proc} hides (kill(2) with 0). */
    public static boolean isTaken(long pid) {
        int answer = ProcessCalls.kill((int) pid, 0);
        return answer == 0 || answer == -Constants.EPERM;
    }

    /** The process that has the pid now; empty when there is none, or {@code /proc} does not show it. */
    public static Optional<ProcessIdentity> of(long pid) {
        Path directory = Path.of("/proc", Long.toString(pid));
        try {
            // A name is cut after 15 bytes, in the middle of a character too: what cannot be decoded is replaced.
            String stat = new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.UTF_8);
            int open = stat.indexOf('(');
            int close = stat.lastIndexOf(')'); // a name may hold parentheses and blanks
            String[] fields = stat.substring(close + 2).split(" ", -1);
            String namespace;
            try {
                namespace = Files.readSymbolicLink(directory.resolve("ns/pid")).toString();
            } catch (IOException hidden) {
                namespace = ""; // another user's process
            }
            return Optional.of(new ProcessIdentity(
                    pid,
                    Long.parseLong(fields[START_TIME - 3]), // fields[0] is field 3
                    namespace,
                    stat.substring(open + 1, close)));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
