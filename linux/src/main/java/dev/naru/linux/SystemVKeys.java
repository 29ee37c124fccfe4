package dev.naru.linux;

import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.SystemVCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Keys of System V objects. */
public final class SystemVKeys {
    private SystemVKeys() {}

    /**
     * The key that ftok(3) makes of a file: the same for all who name the same file and project, and, rarely, for another
     * file too, since only 24 bits of its device and inode go in.
     *
     * @param project of which the lowest 8 bits count, and are not 0
     * @throws ErrnoException when the file is not there
     */
    public static int ofFile(Path path, int project) throws ErrnoException {
        var _ = FileStatus.of(path); // ftok(3) answers -1 for no file, which may be a key too
        try (Arena arena = Arena.ofConfined()) {
            return SystemVCalls.ftok(NativeText.of(path, arena), project);
        }
    }
}
