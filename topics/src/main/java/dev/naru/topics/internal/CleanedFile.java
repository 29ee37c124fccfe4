package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.SharedFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What is to replace a segment, as long as it is made. Written, not mapped: a full disk is an error. For one thread. */
final class CleanedFile implements Closeable {
    private static final int MODE = 0600;
    private static final long PIECE = 1 << 18;

    private final Path path;
    private final Descriptor file;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment piece = arena.allocate(PIECE);
    private long pending;
    private long reserved;

    private CleanedFile(Path path, Descriptor file) {
        this.path = path;
        this.file = file;
    }

    /** An empty one for the segment of that base. */
    static CleanedFile create(Path folder, long base) throws IOException {
        Path path = SegmentFiles.cleanedPath(folder, base);
        boolean _ = Files.deleteIfExists(path);
        return new CleanedFile(path, SharedFiles.openOrCreate(path, MODE, path.toString()));
    }

    /** Adds so many bytes that lie there. */
    void append(MemorySegment from, long at, long count) throws ErrnoException {
        if (count > PIECE - pending) {
            drain();
        }
        if (count > PIECE) {
            write(from, at, count);
        } else {
            MemorySegment.copy(from, at, piece, pending, count);
            pending += count;
        }
    }

    private void drain() throws ErrnoException {
        if (pending > 0) {
            write(piece, 0, pending);
            pending = 0;
        }
    }

    private void write(MemorySegment from, long at, long count) throws ErrnoException {
        FileSpace.reserve(file, reserved, count, path.toString()); // which tells what a full disk has
        reserved += count;
        long written = 0;
        while (written < count) {
            long answer = file.write(from, at + written, count - written);
            if (answer < 0) {
                throw ErrnoException.of((int) -answer, "write", path.toString());
            }
            written += answer;
        }
    }

    /** Where it lies. */
    Path path() {
        return path;
    }

    /** All of it is on the disk when this returns. */
    void sync() throws ErrnoException {
        drain();
        Disk.sync(path, file);
    }

    /** Takes it away, unless it has another name by now; after a stop, the file of that name may be one of another topic. */
    @Override
    public void close() throws IOException {
        try {
            if ((long) Files.getAttribute(path, "unix:ino") == file.status().inode()) {
                boolean _ = Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException renamed) {
            // it is a segment now, or was removed with its topic
        } finally {
            file.close();
            arena.close();
        }
    }
}
