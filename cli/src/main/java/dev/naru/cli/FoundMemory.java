package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SystemVMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Shared memory that is there.
 *
 * @param place where
 * @param mode permission bits
 * @param uid its owner
 * @param size in bytes
 * @param mapped how the maps of a process name it
 */
record FoundMemory(Address.Memory place, int mode, int uid, long size, MappedMemory.Key mapped) {
    /** What rings and locks have in front of their names, which are listed as such. */
    private static final String RESERVED = "naru-";

    /** What POSIX semaphores have in front of theirs. */
    private static final String SEMAPHORE = "sem.";

    private static final int USER_ID = 2;

    /** All POSIX and System V memory of this machine, sorted by address; a removed segment has no key, and is not here. */
    static List<FoundMemory> all() throws IOException {
        List<FoundMemory> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SharedFiles.POSIX_DIRECTORY)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.startsWith(RESERVED) && !name.startsWith(SEMAPHORE)) {
                    ofFile(new Address.MemoryName("/" + file.getFileName()), file)
                            .ifPresent(found::add);
                }
            }
        }
        for (SystemVMemory.Status segment : SystemVMemory.list()) {
            if (segment.key() != 0) {
                found.add(ofSegment(new Address.MemoryKey(segment.key()), segment));
            }
        }
        found.sort(Comparator.comparing(memory -> memory.place.toString()));
        return found;
    }

    /** The memory at a place. */
    static FoundMemory at(Address.Memory place) throws IOException {
        Optional<FoundMemory> found = switch (place) {
            case Address.MemoryName posix -> ofFile(posix, SharedFiles.posix(posix.name()));
            case Address.MemoryFile file -> ofFile(file, file.path());
            case Address.MemoryKey key -> // by the list, which also shows what one may not read
                SystemVMemory.list().stream()
                        .filter(segment -> segment.key() == key.key())
                        .findFirst()
                        .map(segment -> ofSegment(key, segment));
        };
        return found.orElseThrow(
                () -> ErrnoException.of(Problem.NO_SHARED_MEMORY, Errno.ENOENT.number(), "stat", place.toString()));
    }

    private static Optional<FoundMemory> ofFile(Address.Memory place, Path file) {
        try {
            FileStatus status = FileStatus.ofLink(file);
            return status.type() == FileStatus.Type.REGULAR
                    ? Optional.of(new FoundMemory(
                            place, status.mode(), status.owner(), status.size(), MappedMemory.Key.of(status)))
                    : Optional.empty();
        } catch (ErrnoException gone) {
            return Optional.empty(); // removed while we were looking
        }
    }

    private static FoundMemory ofSegment(Address.Memory place, SystemVMemory.Status segment) {
        return new FoundMemory(place, segment.mode(), segment.owner(), segment.size(), MappedMemory.Key.of(segment));
    }

    /** The owner's name, or the uid where it has none: by passwd(5), since a segment is no file that could be asked. */
    String owner() {
        return owner(uid);
    }

    static String owner(int uid) {
        String number = Integer.toUnsignedString(uid);
        try (var lines = Files.lines(Path.of("/etc/passwd"), StandardCharsets.UTF_8)) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > USER_ID && fields[USER_ID].equals(number))
                    .map(fields -> fields[0])
                    .findFirst()
                    .orElse(number);
        } catch (IOException unreadable) {
            return number;
        }
    }
}
