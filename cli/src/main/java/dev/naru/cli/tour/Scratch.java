package dev.naru.cli.tour;

import dev.naru.cli.ShutdownHook;
import dev.naru.linux.FileStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A directory for the objects of a stop. It goes when the stop is done, and also when a signal ends the tour. What SIGKILL
 * leaves, the next tour of the same user removes: a tour that lives holds the lock in its directory, and the kernel lets go
 * of a lock when its process ends, however it ends.
 */
final class Scratch implements Closeable {
    private static final String PREFIX = "naru-tour-";
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;
    private final ShutdownHook hook;

    private Scratch(Path path, FileChannel lock) throws InterruptedException {
        this.path = path;
        this.lock = lock;
        this.hook = ShutdownHook.register(this::deleteWhatCanBe);
    }

    static Scratch create() throws IOException, InterruptedException {
        while (true) {
            Path path = Files.createTempDirectory(PREFIX);
            Optional<FileChannel> lock = lock(path);
            if (lock.isPresent()) {
                Scratch scratch = new Scratch(path, lock.get());
                sweep(path);
                return scratch;
            }
        }
    }

    /** Empty when another tour took the new directory for a dead one's before it had its lock; it is gone then. */
    private static Optional<FileChannel> lock(Path directory) throws IOException {
        FileChannel lock;
        try {
            lock = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (NoSuchFileException swept) {
            return Optional.empty();
        }
        boolean mine = false;
        try {
            // Nobody makes a second file of that name there, so if there is one, it is this.
            mine = lock.tryLock() != null && Files.exists(directory.resolve(LOCK));
            return mine ? Optional.of(lock) : Optional.empty();
        } finally {
            if (!mine) {
                lock.close();
            }
        }
    }

    /** Removes the directories of this user's dead tours beside that one, as far as that can be done. */
    private static void sweep(Path own) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(own.getParent(), PREFIX + "*")) {
            int user = FileStatus.ofLink(own).owner();
            for (Path other : all) {
                if (!other.equals(own)) {
                    sweep(other, user);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            // then what is there stays there
        }
    }

    private static void sweep(Path other, int user) {
        try {
            FileStatus status = FileStatus.ofLink(other); // another user's link may lead anywhere
            if (status.type() != FileStatus.Type.DIRECTORY || status.owner() != user) {
                return;
            }
            if (Files.notExists(other.resolve(LOCK))) {
                Files.delete(other); // only if it is empty: the tour ended before it had its lock
                return;
            }
            try (FileChannel lock = FileChannel.open(other.resolve(LOCK), StandardOpenOption.WRITE)) {
                if (lock.tryLock() != null) {
                    deleteOnce(other);
                }
            }
        } catch (IOException | OverlappingFileLockException inUse) {
            // or another tour is sweeping too
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        hook.close();
        try (lock) {
            delete(path);
        }
    }

    /** The stop may be removing or making files at this moment: each is gone afterwards, whoever removes it. */
    private static void delete(Path path) throws IOException {
        while (Files.exists(path)) {
            try {
                deleteOnce(path);
            } catch (DirectoryNotEmptyException made) {
                // once more
            } catch (NoSuchFileException gone) {
                return;
            }
        }
    }

    private static void deleteOnce(Path path) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(path)) {
            for (Path file : left) {
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    deleteOnce(file);
                } else {
                    boolean _ = Files.deleteIfExists(file);
                }
            }
        }
        boolean _ = Files.deleteIfExists(path);
    }

    private void deleteWhatCanBe() {
        try {
            delete(path);
        } catch (IOException refused) {
            // nobody is left to hear of it
        }
    }
}
