package dev.naru.topics.internal;

import dev.naru.linux.Futex;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** Takes the files of a partition away, when nobody appends to it or keeps it any more. {@code docs/layouts/log.md}, End. */
final class Removal {
    /** Ours and Kafka's; others are left alone, and the folder with them. */
    private static final Pattern OURS = Pattern.compile(
            "[0-9]{20}[.](log|index|timeindex|snapshot|txnindex)([.](new|cleaned))?|leader-epoch-checkpoint([.]new)?");

    /** Whoever compacts looks at the mark after each batch, and ends; longer than this he waits for the disk, or is stopped. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private Removal() {}

    static void run(Path folder, ControlBlock control, Membership members) throws IOException {
        MemorySegment block = control.memory();
        try (SharedLock lock = SharedLock.in(control.file(), PartitionLayout.LOCK_AT, members, control.target());
                SharedLock compacting =
                        SharedLock.in(control.file(), PartitionLayout.COMPACTOR_AT, members, control.target());
                SharedLock keeping =
                        SharedLock.in(control.file(), PartitionLayout.KEEPER_AT, members, control.target())) {
            var _ = lock.lock(); // whoever appends makes files; he ends first
            try {
                markRemoved(block);
            } finally {
                lock.unlock();
            }
            boolean ended = compacting.lock(PATIENCE).isTaken(); // or he looks at the mark before he changes anything
            try {
                var _ = keeping.lock(); // and whoever keeps
                try {
                    removeFiles(folder);
                } finally {
                    keeping.unlock();
                }
            } finally {
                if (ended) {
                    compacting.unlock();
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException ended = new InterruptedIOException("interrupted while " + folder + " was removed");
            var _ = ended.initCause(interrupted);
            throw ended;
        }
    }

    /** The flip shows the mark to readers, and the generation keeps them from what another topic of that name has. */
    private static void markRemoved(MemorySegment block) {
        PartitionLayout.setRemoved(block);
        PublishedEnd end = new PublishedEnd();
        end.loadOwned(block);
        end.generation++;
        end.flip(block);
        int _ = Futex.wake(block, PartitionLayout.SEQ_AT, Integer.MAX_VALUE);
    }

    /** Where nobody appends or keeps any more. */
    static void removeFiles(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (OURS.matcher(file.getFileName().toString()).matches()) {
                    boolean _ = Files.deleteIfExists(file);
                }
            }
        }
    }

    static void removeIfEmpty(Path folder) throws IOException {
        try {
            Files.delete(folder);
        } catch (DirectoryNotEmptyException left) { // files that are not ours
            Disk.syncNames(folder); // what is gone from it does not come back
        } catch (NoSuchFileException gone) {
            // by somebody else
        }
    }
}
