package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** What System V memory, queues and semaphores have in common. */
final class SystemVObjects {
    static final int PERMISSIONS = 0777;

    private SystemVObjects() {}

    /** The lines below the headings of that file of {@code /proc/sysvipc}, as fields. */
    static <T> List<T> list(String file, Function<String[], T> parse) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/sysvipc", file))) {
            return lines.skip(1)
                    .map(line -> parse.apply(line.strip().split(" +", -1)))
                    .toList();
        }
    }

    static int check(int answer, String call, String target) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, call, target);
        }
        return answer;
    }

    /** Whether a removal has removed it; false when it was gone. */
    static boolean removed(int answer, String call, String target) throws ErrnoException {
        if (answer == -Constants.EINVAL || answer == -Constants.EIDRM) {
            return false;
        }
        check(answer, call, target);
        return true;
    }
}
