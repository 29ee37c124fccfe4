package dev.naru.linux.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** The descriptors that this process has open, as {@code /proc/self/fd} shows them. */
public final class OpenDescriptors {
    /**
     * What comes and goes by itself: the sleepers' eventfds and epolls, which are pooled, and what the JVM opens when it
     * loads a class.
     */
    private static final Pattern NOT_OURS = Pattern.compile(
            "anon_inode:\\[event(fd|poll)]|/proc/.*|/dev/u?random|.*\\.(jar|class|so|properties)|.*/modules");

    private OpenDescriptors() {}

    /** What stands behind each, sorted; those of the JVM itself apart. */
    public static List<String> now() {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path number : numbers) {
                try {
                    String target = Files.readSymbolicLink(number).toString();
                    if (!NOT_OURS.matcher(target).matches()) {
                        targets.add(target);
                    }
                } catch (IOException closed) {
                    // closed since the folder was read
                }
            }
        } catch (IOException noProc) {
            throw new AssertionError(noProc);
        }
        Collections.sort(targets);
        return targets;
    }
}
