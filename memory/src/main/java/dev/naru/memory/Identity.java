package dev.naru.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lock or has an end of a ring open, for people to read.
 *
 * @param id its number in this file, which is never given out twice; 0 for nobody
 * @param pid the process id that it told, in its own pid namespace; 0 when it told none
 * @param name what it calls itself; empty when it told nothing
 * @param alive whether it lives: proved by its lock in the file and not by its pid
 */
public record Identity(long id, int pid, String name, boolean alive) {
    /** Nobody. */
    public static final Identity NOBODY = new Identity(0, 0, "", false);

    private static volatile @Nullable String nameOfThisProcess;

    /** Names this process in the files that it opens from now on; the first 31 bytes count. Without it: its command. */
    public static void nameThisProcess(String name) {
        nameOfThisProcess = name;
    }

    /** What this process calls itself. */
    public static String nameOfThisProcess() {
        String name = nameOfThisProcess;
        if (name != null) {
            return name;
        }
        try {
            return Files.readString(Path.of("/proc/self/comm")).strip();
        } catch (IOException unmounted) {
            return "";
        }
    }

    @Override
    public String toString() {
        if (id == 0) {
            return "nobody";
        }
        String who = pid == 0 ? "" : " (pid " + pid + (name.isEmpty() ? "" : ", " + name) + ")";
        return "id " + id + who + (alive ? "" : ", dead");
    }
}
