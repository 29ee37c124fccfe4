package dev.naru.topics.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which leader appended from which offset on, in Kafka's file {@code leader-epoch-checkpoint}: a version, how many lines follow,
 * and a line for each epoch, growing.
 *
 * <pre>
 *   0
 *   2
 *   0 0
 *   4 1200
 * </pre>
 */
final class EpochCheckpoint {
    private static final String NAME = "leader-epoch-checkpoint";
    private static final String FIRST = "0\n1\n0 0\n";
    private static final int HEAD_LINES = 2;

    private EpochCheckpoint() {}

    /** Makes that of a new log, whose first epoch is 0, unless it is there. */
    static void createUnlessThere(Path folder) throws IOException {
        Path path = folder.resolve(NAME);
        if (!Files.exists(path)) {
            boolean _ = SmallFiles.create(path, FIRST.getBytes(StandardCharsets.US_ASCII)); // or somebody was faster
        }
    }

    /**
     * Up to where records of that epoch are in the log, and of those before.
     *
     * @param logEnd where the log ends
     * @return {@link Long#MAX_VALUE} when nothing says where
     */
    static long endOf(Path folder, int epoch, long logEnd) throws IOException {
        try {
            List<String> lines = SmallFiles.text(folder.resolve(NAME)).lines().toList();
            int latest = -1;
            for (String line : lines.subList(Math.min(HEAD_LINES, lines.size()), lines.size())) {
                String[] words = line.strip().split(" ", 2);
                latest = Integer.parseInt(words[0]);
                if (latest > epoch) {
                    return Long.parseLong(words[1]);
                }
            }
            return latest >= 0 && latest < epoch ? logEnd : Long.MAX_VALUE; // nobody knows that epoch any more
        } catch (NumberFormatException | IndexOutOfBoundsException nothing) {
            return Long.MAX_VALUE;
        }
    }
}
