package dev.naru.topics.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;

/** The names of the segments in the folder of a partition: the first offset in 20 digits, and {@code .log}. */
public final class SegmentFiles {
    /** No segment. */
    public static final long NONE = -1;

    private static final String SUFFIX = ".log";
    private static final String CLEANED = ".cleaned";
    private static final int DIGITS = 20;

    private SegmentFiles() {}

    /** Where the segment with that base lies. */
    public static Path path(Path folder, long base) {
        return folder.resolve(name(base) + SUFFIX);
    }

    /** Where what is to replace it is made, under a name that no listing takes. */
    static Path cleanedPath(Path folder, long base) {
        return folder.resolve(name(base) + SUFFIX + CLEANED);
    }

    /** Takes away what compactions left that were killed. */
    static void removeCleaned(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX + CLEANED)) {
            for (Path file : files) {
                boolean _ = Files.deleteIfExists(file);
            }
        }
    }

    /** How long that segment is; 0 when it was removed. */
    public static long size(Path folder, long base) throws IOException {
        try {
            return Files.size(path(folder, base));
        } catch (NoSuchFileException removed) {
            return 0;
        }
    }

    /** That base in 20 digits. */
    static String name(long base) {
        String number = Long.toString(base);
        return "0".repeat(DIGITS - number.length()) + number;
    }

    /** The bases of all segments, the lowest first. Other files are passed over. */
    public static long[] list(Path folder) throws IOException {
        long[] bases = new long[8];
        int count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                long base = base(file.getFileName().toString());
                if (base != NONE) {
                    if (count == bases.length) {
                        bases = Arrays.copyOf(bases, 2 * count);
                    }
                    bases[count++] = base;
                }
            }
        } catch (NotDirectoryException | java.nio.file.DirectoryIteratorException broken) {
            throw new IOException(folder + " cannot be listed", broken);
        }
        bases = Arrays.copyOf(bases, count);
        Arrays.sort(bases);
        return bases;
    }

    /** The base of the segment that lies in such a file; {@link #NONE} when that is no name of a segment. */
    public static long base(Path file) {
        return base(String.valueOf(file.getFileName()));
    }

    private static long base(String name) {
        if (name.length() != DIGITS + SUFFIX.length()) {
            return NONE;
        }
        long base = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || base > (Long.MAX_VALUE - digit) / 10) {
                return NONE;
            }
            base = 10 * base + digit;
        }
        return base;
    }

    /** Takes a segment away, and its indexes first: without it they are of no use. */
    static void remove(Path folder, long base) throws IOException {
        SegmentIndex.remove(folder, base);
        ProducerStates.remove(folder, base);
        boolean _ = Files.deleteIfExists(path(folder, base));
    }

    /** The lowest base above that one which a reader of this end may open; {@link #NONE} when there is none. */
    public static long above(long[] bases, long base, PublishedEnd end) {
        for (long each : bases) {
            if (each > base && isPublished(each, end)) {
                return each;
            }
        }
        return NONE;
    }

    /** The highest base that is not above the offset, and which a reader of this end may open. */
    public static long holding(long[] bases, long offset, PublishedEnd end) {
        long found = NONE;
        for (long each : bases) {
            if (each <= offset && isPublished(each, end)) {
                found = each;
            }
        }
        return found;
    }

    /** Whether a reader of this end may open it. What lies above is a leftover of a roll that died; the published one itself may be empty still. */
    public static boolean isPublished(long base, PublishedEnd end) {
        return end.segment() < 0 ? base < end.next() : base <= end.segment();
    }
}
