package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.UnnamedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are made or replaced whole: nobody ever sees half of one. */
final class SmallFiles {
    private static final String NEW = ".new";
    private static final int MODE = 0600;

    private SmallFiles() {}

    /** Makes a file that is on the disk before it has its name: false when there is one. */
    static boolean create(Path path, byte[] content) throws IOException {
        String target = path.toString();
        try (UnnamedFile born = UnnamedFile.create(path.resolveSibling(""), MODE, target)) {
            write(born.descriptor(), ByteBuffer.wrap(content), target);
            FileSpace.sync(born.descriptor(), target);
            return born.link(path);
        }
    }

    /** Replaces a file, or makes it. For one at a time. */
    static void replace(Path path, ByteBuffer content) throws IOException {
        Path fresh = unfinished(path);
        boolean _ = Files.deleteIfExists(fresh); // of one who was killed
        try (Descriptor file = SharedFiles.openOrCreate(fresh, MODE, path.toString())) {
            write(file, content, path.toString());
            Disk.sync(fresh, file);
        }
        var _ = Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes a file away, and what is left of one who was killed while he replaced it. */
    static void remove(Path path) throws IOException {
        boolean _ = Files.deleteIfExists(path);
        boolean _ = Files.deleteIfExists(unfinished(path));
    }

    private static Path unfinished(Path path) {
        return path.resolveSibling(path.getFileName() + NEW);
    }

    private static void write(Descriptor file, ByteBuffer content, String target) throws ErrnoException {
        int size = content.limit();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.max(1, size));
            MemorySegment.copy(MemorySegment.ofBuffer(content.duplicate().rewind()), 0, bytes, 0, size);
            long written = 0;
            while (written < size) {
                long answer = file.write(bytes, written, size - written);
                if (answer < 0) {
                    throw ErrnoException.of((int) -answer, "write", target);
                }
                written += answer;
            }
        }
    }

    /** The same as text. Not by a channel, which an interrupt would close. */
    static String text(Path path) throws IOException {
        return new String(read(path).array(), StandardCharsets.UTF_8);
    }

    /** All of a file; nothing when there is none. */
    static ByteBuffer read(Path path) throws IOException {
        ByteBuffer none = ByteBuffer.allocate(0);
        try (Descriptor file = SharedFiles.open(path, false, path.toString());
                Arena arena = Arena.ofConfined()) {
            int size = (int) file.status().size();
            MemorySegment bytes = arena.allocate(Math.max(1, size));
            long got = 0;
            while (got < size) {
                long answer = file.read(bytes, got, size - got);
                if (answer < 0) {
                    throw ErrnoException.of((int) -answer, "read", path.toString());
                }
                if (answer == 0) {
                    return none;
                }
                got += answer;
            }
            return ByteBuffer.wrap(bytes.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE));
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.NOT_FOUND) {
                return none;
            }
            throw refused;
        }
    }
}
