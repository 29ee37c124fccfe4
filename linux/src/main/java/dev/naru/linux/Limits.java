package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.PollCalls;
import dev.naru.linux.internal.ProcessCalls;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bounds that this machine and this process live under. They differ between machines, so they are read, never assumed. */
public final class Limits {
    private static final int MOST_BYTES = 256;
    private static final long SOFT = 0;
    private static final long HARD = 8;
    private static final long RLIM_INFINITY = -1;

    private Limits() {}

    /**
     * A limit below {@code /proc/sys}, as errors name it: {@code fs.pipe-max-size=1048576}, or {@code …=unknown} where
     * {@code /proc} cannot be read.
     *
     * @param path below {@code /proc/sys}, as {@code fs/pipe-max-size}
     */
    public static String kernel(String path) {
        return path.replace('/', '.') + "=" + read(path);
    }

    /**
     * The same as a number; {@link Long#MAX_VALUE} where it cannot be known.
     *
     * @param path below {@code /proc/sys}, of one number
     */
    public static long kernelNumber(String path) {
        try {
            return Long.parseLong(read(path));
        } catch (NumberFormatException unknown) {
            return Long.MAX_VALUE;
        }
    }

    private static String read(String path) {
        try (InputStream file = Files.newInputStream(Path.of("/proc/sys", path))) {
            // Such a file gives all that it has at the first read, so that one has to be large enough.
            return new String(file.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    /** How many descriptors this process may have, as errors name it: {@code RLIMIT_NOFILE=1024, hard 4096}. */
    public static String openDescriptors() {
        return words("RLIMIT_NOFILE", Constants.RLIMIT_NOFILE);
    }

    /** How many bytes the POSIX queues of this user may take, as errors name it: {@code RLIMIT_MSGQUEUE=819200, hard 819200}. */
    public static String messageQueues() {
        return words("RLIMIT_MSGQUEUE", Constants.RLIMIT_MSGQUEUE);
    }

    private static String words(String name, int resource) {
        return "%s=%s, hard %s".formatted(name, number(limit(resource, SOFT)), number(limit(resource, HARD)));
    }

    /** Whether this process may have one more descriptor now. */
    static boolean hasFreeDescriptor() {
        int tried = PollCalls.eventfd(0, Constants.EFD_CLOEXEC);
        if (tried >= 0) {
            int _ = FileCalls.close(tried);
        }
        return tried >= 0;
    }

    /** How many descriptors this process may have. */
    public static long softOpenDescriptors() {
        return soft(Constants.RLIMIT_NOFILE);
    }

    /** How many bytes the POSIX queues of this user may take. */
    public static long softMessageQueues() {
        return soft(Constants.RLIMIT_MSGQUEUE);
    }

    /** How many bytes this process may lock in memory. */
    public static long softLockedMemory() {
        return soft(Constants.RLIMIT_MEMLOCK);
    }

    private static long soft(int resource) {
        long limit = limit(resource, SOFT);
        return limit == RLIM_INFINITY ? Long.MAX_VALUE : limit;
    }

    /** Of {@code struct rlimit}. */
    private static long limit(int resource, long field) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(HARD + Long.BYTES, Long.BYTES);
            int _ = ProcessCalls.getrlimit(resource, limit); // fails for no resource that exists
            return limit.get(ValueLayout.JAVA_LONG, field);
        }
    }

    private static String number(long limit) {
        return limit == RLIM_INFINITY ? "unlimited" : Long.toString(limit);
    }
}
