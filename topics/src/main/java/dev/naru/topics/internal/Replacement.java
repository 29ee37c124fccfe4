package dev.naru.topics.internal;

import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * Puts what a compaction left in the place of the segments that it was made from, so that whoever reads meanwhile, and whoever comes
 * after a kill at any step, finds the old ones, the new one, or both:
 *
 * <pre>
 *   rename over the first one     with the lock of those who append
 *   flip: another generation      likewise
 *   the names to the disk         or a power cut could take the others away, and bring the old first one back
 *   unlink the others             the lowest first
 * </pre>
 *
 * <p>For whoever has the keeper's lock. {@code docs/protocol/README.md}, 11.
 */
final class Replacement {
    /** Whoever has the lock longer than this is stopped; those who wait for the disk are not held up for him. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    /** How it ended. */
    enum Outcome {
        /** It is done. */
        DONE,
        /** The old segments are there no more: nothing was done. */
        GONE,
        /** Somebody else has one of the locks just now, and for long: nothing was done. */
        BUSY
    }

    private final Path folder;
    private final MemorySegment block;
    private final SharedLock lock;
    private final PublishedEnd end = new PublishedEnd();

    Replacement(Path folder, MemorySegment block, SharedLock lock) {
        this.folder = folder;
        this.block = block;
        this.lock = lock;
    }

    /** Replaces those segments by what lies there, which is on the disk. */
    Outcome run(Path cleaned, List<LogSurvey.Sealed> old) throws IOException, InterruptedException {
        long base = old.getFirst().base();
        if (!stand(old)) {
            return Outcome.GONE;
        }
        SegmentIndex.remove(folder, base); // who has none finds all the same
        if (!lock.lock(PATIENCE).isTaken()) {
            return Outcome.BUSY;
        }
        try {
            if (!PartitionLayout.mayAppend(block)) {
                return Outcome.GONE;
            }
            rename(cleaned, SegmentFiles.path(folder, base));
            raiseGeneration();
        } finally {
            lock.unlock();
        }
        Disk.syncNames(folder);
        Leftovers.remove(folder, bases(old.subList(1, old.size())));
        return Outcome.DONE;
    }

    private static long[] bases(List<LogSurvey.Sealed> segments) {
        return segments.stream().mapToLong(LogSurvey.Sealed::base).toArray();
    }

    /** Whether the files are those that were read. */
    private boolean stand(List<LogSurvey.Sealed> old) throws IOException {
        for (LogSurvey.Sealed each : old) {
            try {
                Path path = SegmentFiles.path(folder, each.base());
                if ((long) Files.getAttribute(path, "unix:ino") != each.inode() || Files.size(path) != each.size()) {
                    return false;
                }
            } catch (NoSuchFileException removed) {
                return false;
            }
        }
        return true;
    }

    private static void rename(Path from, Path to) throws IOException {
        var _ = Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Readers seek anew. Nobody is woken: there is nothing that was not there. */
    private void raiseGeneration() {
        end.loadOwned(block);
        end.generation++;
        end.flip(block);
    }

    /** Ends what one began who was killed, wherever that was: false when somebody appends just now, and for long. */
    boolean mend() throws IOException, InterruptedException {
        end.load(block);
        long[] leftovers = Leftovers.find(folder, SegmentFiles.list(folder), end.segment);
        if (leftovers.length == 0) {
            return true;
        }
        if (!lock.lock(PATIENCE).isTaken()) {
            return false;
        }
        try {
            raiseGeneration(); // it may not have come to that
        } finally {
            lock.unlock();
        }
        Disk.syncNames(folder);
        Leftovers.remove(folder, leftovers);
        return true;
    }
}
