package dev.naru.memory.internal;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.UnnamedFile;
import dev.naru.memory.internal.HeaderLayout.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How a file with our header is made and opened. {@code docs/protocol/README.md}, 7.
 *
 * <p>It is filled before it has a name, so nobody sees it half made. What was written before the machine booted, or in the
 * file that this one is a copy of, is not believed: whoever opens it first puts it right.
 */
public final class SharedFile {
    private SharedFile() {}

    /** What a kind puts into a new file, and puts right in one of an earlier boot. */
    public interface Content {
        /** Fills a new file, all zeros. */
        void fill(MemorySegment memory);

        /** Makes the words right when none of those who wrote them lives. May be done again. */
        void recover(MemorySegment memory) throws IOException;
    }

    /**
     * Where a file lies, and what errors call it.
     *
     * @param path where it lies
     * @param target what errors call it
     * @param missing what it is to them when it is not there
     */
    public record Place(Path path, String target, Problem missing) {
        /**
         * An object by its POSIX name: it lies in {@code /dev/shm} under a prefix of its kind.
         *
         * @param name as {@code /orders}
         */
        public static Place named(String scheme, String name) throws ErrnoException {
            return new Place(SharedFiles.named(scheme, name), scheme + ":" + name, missing(scheme));
        }

        /** An object in a file of any file system. */
        public static Place file(String scheme, Path path) {
            Path absolute = path.toAbsolutePath();
            return new Place(absolute, scheme + ":" + absolute, missing(scheme));
        }

        private static Problem missing(String scheme) {
            return switch (scheme) {
                case "ring" -> Problem.NO_RING;
                case "lock" -> Problem.NO_LOCK;
                default -> Problem.NO_SHARED_OBJECT;
            };
        }

        /** Where a ring is. */
        public static Place of(Address.Ring ring) throws ErrnoException {
            return ring.isNamed() ? named("ring", ring.place()) : file("ring", Path.of(ring.place()));
        }

        /** Where a lock is. */
        public static Place of(Address.Lock lock) throws ErrnoException {
            return lock.isNamed() ? named("lock", lock.place()) : file("lock", Path.of(lock.place()));
        }

        /** Where a read-write lock is. */
        public static Place of(Address.ReadWriteLock lock) throws ErrnoException {
            return lock.isNamed() ? named("rwlock", lock.place()) : file("rwlock", Path.of(lock.place()));
        }

        /** Where an event is. */
        public static Place of(Address.Event event) throws ErrnoException {
            return event.isNamed() ? named("event", event.place()) : file("event", Path.of(event.place()));
        }

        /** Where a barrier is. */
        public static Place of(Address.Barrier barrier) throws ErrnoException {
            return barrier.isNamed() ? named("barrier", barrier.place()) : file("barrier", Path.of(barrier.place()));
        }

        /** Takes the name away. */
        public void remove() throws ErrnoException {
            try {
                SharedFiles.remove(path, target);
            } catch (ErrnoException refused) {
                throw ofMissing(refused);
            }
        }

        /** Opens the file. */
        public Descriptor open(boolean writable) throws ErrnoException {
            try {
                return SharedFiles.open(path, writable, target);
            } catch (ErrnoException refused) {
                throw ofMissing(refused);
            }
        }

        /** What is not there is named as what it was to be, not as the file in which it would lie. */
        private ErrnoException ofMissing(ErrnoException refused) {
            return refused.problem() == Problem.NOT_FOUND
                    ? ErrnoException.of(missing, refused.errno().number(), refused.call(), target)
                    : refused;
        }
    }

    /** Makes one that must not exist yet. */
    public static Member create(Place place, int mode, Kind kind, long size, Content content) throws IOException {
        return tryCreate(place, mode, kind, size, content)
                .orElseThrow(() -> ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "linkat", place.target));
    }

    /** Opens one, or makes it. */
    public static Member openOrCreate(Place place, int mode, Kind kind, long size, Content content) throws IOException {
        while (true) {
            try {
                return open(place, kind, content);
            } catch (ErrnoException refused) {
                if (refused.problem() != place.missing) {
                    throw refused;
                }
            }
            Optional<Member> made = tryCreate(place, mode, kind, size, content);
            if (made.isPresent()) {
                return made.get();
            } // somebody was faster: his is the one
        }
    }

    private static Optional<Member> tryCreate(Place place, int mode, Kind kind, long size, Content content)
            throws IOException {
        Path directory = place.path.getParent();
        try (UnnamedFile born = UnnamedFile.create(directory == null ? Path.of("/") : directory, mode, place.target)) {
            SharedMapping mapping = fill(born.descriptor(), place.target, kind, size, content);
            try {
                FileSpace.sync(born.descriptor(), place.target);
                if (!born.link(place.path)) {
                    mapping.close();
                    return Optional.empty();
                }
                OpenFileLock locks = OpenFileLock.of(born.descriptor(), place.target);
                Member member = Member.join(born.descriptor(), mapping, locks, place.target);
                Descriptor _ = born.take();
                return Optional.of(member);
            } catch (IOException | RuntimeException | Error failed) {
                mapping.close();
                throw failed;
            }
        }
    }

    /** Fills an empty file that nobody else sees yet. */
    public static SharedMapping fill(Descriptor file, String target, Kind kind, long size, Content content)
            throws IOException {
        FileSpace.reserve(file, 0, size, target);
        SharedMapping mapping = SharedMapping.map(file, size, SharedMapping.Options.WRITABLE, target);
        MemorySegment memory = mapping.segment();
        Words.set(memory, HeaderLayout.MAGIC_AT, HeaderLayout.MAGIC);
        HeaderLayout.setInt(memory, HeaderLayout.VERSION_AT, HeaderLayout.VERSION);
        HeaderLayout.setInt(memory, HeaderLayout.KIND_AT, kind.number);
        Words.set(memory, HeaderLayout.SIZE_AT, size);
        Words.set(memory, HeaderLayout.INODE_AT, file.status().inode());
        content.fill(memory);
        Words.setRelease(memory, HeaderLayout.BOOT_AT, boot());
        return mapping;
    }

    /** Opens one that must exist. */
    public static Member open(Place place, Kind kind, Content content) throws IOException {
        return join(place.open(true), place.target, kind, content);
    }

    /**
     * Opens the file behind a descriptor that somebody gave us. It is opened anew, since a descriptor that came from
     * another process shares that one's sign of life.
     */
    public static Member open(Descriptor given, String target, Kind kind, Content content) throws IOException {
        return join(SharedFiles.reopen(given, true, target), target, kind, content);
    }

    private static Member join(Descriptor file, String target, Kind kind, Content content) throws IOException {
        try {
            SharedMapping mapping = map(file, SharedMapping.Options.WRITABLE, target, kind);
            try {
                OpenFileLock locks = OpenFileLock.of(file, target);
                recover(file, mapping.segment(), locks, content);
                return Member.join(file, mapping, locks, target);
            } catch (IOException | RuntimeException | Error failed) {
                mapping.close();
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** Maps the whole of a file, once it is known to be of that kind. */
    public static SharedMapping map(Descriptor file, SharedMapping.Options options, String target, Kind kind)
            throws IOException {
        long size = file.status().size();
        if (size < HeaderLayout.SIZE) {
            throw wrongKind(target, kind, "a file of " + size + " B");
        }
        SharedMapping mapping = SharedMapping.map(file, size, options, target);
        MemorySegment memory = mapping.segment();
        String found = "";
        if (Words.get(memory, HeaderLayout.MAGIC_AT) != HeaderLayout.MAGIC) {
            found = "no file of Naru";
        } else if (HeaderLayout.getInt(memory, HeaderLayout.VERSION_AT) != HeaderLayout.VERSION) {
            found = "of version " + HeaderLayout.getInt(memory, HeaderLayout.VERSION_AT);
        } else if (HeaderLayout.getInt(memory, HeaderLayout.KIND_AT) != kind.number) {
            found = Kind.words(HeaderLayout.getInt(memory, HeaderLayout.KIND_AT));
        } else if (Words.get(memory, HeaderLayout.SIZE_AT) > size) {
            found = "cut off after " + size + " B";
        } else if (!kind.isSound(memory, size)) {
            found = "damaged: its size is not what it says";
        }
        if (!found.isEmpty()) {
            mapping.close();
            throw wrongKind(target, kind, found);
        }
        return mapping;
    }

    private static ErrnoException wrongKind(String target, Kind kind, String found) {
        String wanted = kind.words + " of version " + HeaderLayout.VERSION;
        return ErrnoException.of(Problem.WRONG_KIND, Errno.EINVAL.number(), "open", target, wanted, found);
    }

    /** One at a time, under a lock of the kernel that ends with its holder; the boot is stored last. */
    private static void recover(Descriptor file, MemorySegment memory, OpenFileLock locks, Content content)
            throws IOException {
        long inode = file.status().inode();
        if (isCurrent(memory, inode)) {
            return;
        }
        while (!locks.tryLock(Member.LOCK_BASE)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
        }
        try {
            if (!isCurrent(memory, inode)) {
                Words.setRelease(memory, HeaderLayout.BOOT_AT, 0);
                content.recover(memory);
                Words.set(memory, HeaderLayout.INODE_AT, inode);
                Words.setRelease(memory, HeaderLayout.BOOT_AT, boot());
            }
        } finally {
            locks.unlock(Member.LOCK_BASE);
        }
    }

    private static boolean isCurrent(MemorySegment memory, long inode) throws IOException {
        return Words.getAcquire(memory, HeaderLayout.BOOT_AT) == boot()
                && Words.get(memory, HeaderLayout.INODE_AT) == inode;
    }

    /** The first 8 bytes of the boot's UUID, the first of them highest. */
    public static long boot() throws IOException {
        String uuid = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
        return Long.parseUnsignedLong(uuid.replace("-", "").substring(0, 16), 16);
    }
}
