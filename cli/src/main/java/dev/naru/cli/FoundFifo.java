package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A FIFO in a directory.
 *
 * @param path where
 * @param status what the kernel says of it
 */
record FoundFifo(Path path, FileStatus status) {
    /**
     * All below a directory, or what a link to one leads to, sorted by path; what may not be entered is passed over. Paths
     * begin as the directory was given: the kernel's {@code link/..} is not what the text says.
     */
    static List<FoundFifo> below(Path directory) throws IOException {
        Descriptor.open(directory, Descriptor.Access.READ).close(); // throws with the call and the errno
        List<FoundFifo> found = new ArrayList<>();
        Path here = Path.of(".");
        Path start = directory.resolve(here); // the directory, and not the link to it
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isOther()) {
                    Path below = start.relativize(file);
                    addIfFifo(found, directory.equals(here) ? below : directory.resolve(below));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException refused) throws IOException {
                if (file.equals(start)) { // that one was asked for: it may be read and not searched
                    requireSearchable(directory, start);
                    throw refused;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort((a, b) -> a.path.compareTo(b.path));
        return found;
    }

    private static void requireSearchable(Path directory, Path start) throws ErrnoException {
        try {
            FileStatus _ = FileStatus.of(start);
        } catch (ErrnoException refused) {
            throw ErrnoException.of(refused.errno().number(), refused.call(), directory.toString());
        }
    }

    private static void addIfFifo(List<FoundFifo> found, Path file) {
        try {
            FileStatus status = FileStatus.ofLink(file);
            if (status.type() == FileStatus.Type.FIFO) {
                found.add(new FoundFifo(file, status));
            }
        } catch (ErrnoException gone) {
            // removed while we were looking
        }
    }

    String address() {
        return new Address.FifoPath(path).toString();
    }

    /** The owner's name, or the uid where it has none. */
    String owner() {
        try {
            return Files.getOwner(path).getName();
        } catch (IOException gone) {
            return Integer.toUnsignedString(status.owner());
        }
    }
}
