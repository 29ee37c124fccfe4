package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import java.nio.file.Path;

/** Whose processes there are. */
final class OtherUsers {
    private OtherUsers() {}

    /**
     * Whether that process is another user's. One of ours may be closed to us too, when it has more capabilities than we, as
     * the first process of a container often has; it would be so for ever, and is not spoken of.
     */
    static boolean isAnothers(Path process) {
        try {
            return FileStatus.of(process).owner()
                    != FileStatus.of(Path.of("/proc/self")).owner();
        } catch (ErrnoException ended) {
            return false;
        }
    }
}
