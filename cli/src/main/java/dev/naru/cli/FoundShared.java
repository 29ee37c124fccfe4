package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/**
 * A ring, a lock, or what is made from one, that is there.
 *
 * @param address where
 * @param mode permission bits
 * @param uid its owner
 * @param size in bytes
 * @param mapped how the maps of a process name it
 */
record FoundShared<A extends Address>(A address, int mode, int uid, long size, MappedMemory.Key mapped) {
    /** All rings of this machine that have a name. */
    static List<FoundShared<Address.Ring>> rings() throws IOException {
        return named("ring", Address.Ring::new);
    }

    /** All locks of this machine that have a name. */
    static List<FoundShared<Address.Lock>> locks() throws IOException {
        return named("lock", Address.Lock::new);
    }

    /** All read-write locks of this machine that have a name. */
    static List<FoundShared<Address.ReadWriteLock>> readWriteLocks() throws IOException {
        return named("rwlock", Address.ReadWriteLock::new);
    }

    /** All events of this machine that have a name. */
    static List<FoundShared<Address.Event>> events() throws IOException {
        return named("event", Address.Event::new);
    }

    /** All barriers of this machine that have a name. */
    static List<FoundShared<Address.Barrier>> barriers() throws IOException {
        return named("barrier", Address.Barrier::new);
    }

    private static <A extends Address> List<FoundShared<A>> named(String scheme, Function<String, A> made)
            throws IOException {
        List<FoundShared<A>> found = new ArrayList<>();
        String prefix = SharedFiles.prefix(scheme);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SharedFiles.POSIX_DIRECTORY, prefix + "?*")) {
            for (Path file : files) {
                String name = file.getFileName().toString().substring(prefix.length());
                of(made.apply("/" + name), file).ifPresent(found::add);
            }
        }
        found.sort(Comparator.comparing(each -> each.address.toString()));
        return found;
    }

    /** The ring at that address. */
    static FoundShared<Address.Ring> at(Address.Ring ring) throws ErrnoException {
        return of(ring, SharedFiles.place("ring", ring.place())).orElseThrow(() -> missing(Problem.NO_RING, ring));
    }

    /** The lock at that address. */
    static FoundShared<Address.Lock> at(Address.Lock lock) throws ErrnoException {
        return of(lock, SharedFiles.place("lock", lock.place())).orElseThrow(() -> missing(Problem.NO_LOCK, lock));
    }

    private static ErrnoException missing(Problem problem, Address address) {
        return ErrnoException.of(problem, Errno.ENOENT.number(), "stat", address.toString());
    }

    private static <A extends Address> Optional<FoundShared<A>> of(A address, Path file) {
        try {
            FileStatus status = FileStatus.ofLink(file);
            return status.type() == FileStatus.Type.REGULAR
                    ? Optional.of(new FoundShared<>(
                            address, status.mode(), status.owner(), status.size(), MappedMemory.Key.of(status)))
                    : Optional.empty();
        } catch (ErrnoException gone) {
            return Optional.empty(); // removed while we were looking
        }
    }

    /** The properties that all have. */
    void write(JsonGenerator json) {
        json.writeStringProperty("address", address.toString());
        json.writeStringProperty("mode", Integer.toOctalString(mode));
        json.writeNumberProperty("uid", Integer.toUnsignedLong(uid));
        json.writeStringProperty("owner", FoundMemory.owner(uid));
        json.writeNumberProperty("size", size);
    }
}
