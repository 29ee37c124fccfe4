package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SharedFileCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The space of a file that is to be mapped: reserved beforehand (fallocate(2)), so that a full file system is an error here
 * and not a SIGBUS when a page is touched.
 *
 * <p>On copy-on-write file systems (btrfs, zfs) a reservation does not count: there a full disk can still end in SIGBUS.
 *
 * <p>Thread-safe.
 */
public final class FileSpace {
    // The start of struct statfs, in words of 8 bytes on x86-64 and aarch64, 120 bytes in all.
    private static final long SIZEOF_STATFS = 120;
    private static final long TYPE = 0;
    private static final long BLOCK_SIZE = 8;
    private static final long BLOCKS = 16;
    private static final long BLOCKS_AVAILABLE = 32;

    private static final MemorySegment ZEROS = Arena.global().allocate(Pages.SIZE, Long.BYTES);

    private static final long HUGETLBFS_MAGIC = 0x958458f6L; // linux/magic.h

    private FileSpace() {}

    /**
     * How much a file system holds.
     *
     * @param mount where it is mounted, or {@code device MAJOR:MINOR} where that cannot be told
     * @param size in bytes; 0 when it has no bound
     * @param available what an unprivileged user may still take, in bytes
     */
    public record Room(String mount, long size, long available) {
        @Override
        public String toString() {
            return "%s: size %d B, available %d B".formatted(mount, size, available);
        }
    }

    /**
     * Makes the file at least so long, with every byte of the range backed by the file system. Bytes that are there stay as
     * they are; new ones are 0.
     *
     * @param target what errors call the file
     * @throws ErrnoException {@link Problem#FILE_SYSTEM_FULL} names the file system, its size and what was available
     */
    public static void reserve(Descriptor file, long offset, long length, String target) throws ErrnoException {
        reserve(file, offset, length, target, SharedFileCalls::fallocate);
    }

    /** The call itself; a test puts another in its place. */
    @FunctionalInterface
    interface Fallocate {
        int call(int number, int mode, long offset, long length);
    }

    static void reserve(Descriptor file, long offset, long length, String target, Fallocate fallocate)
            throws ErrnoException {
        // Looked at beforehand: on a disk the call takes all there is before it fails, and afterwards nothing is
        // available.
        Optional<Amount> before = amount(file);
        int answer;
        do {
            answer = fallocate.call(file.number(), 0, offset, length);
        } while (answer == -Constants.EINTR);
        if (answer == -Constants.ENOSPC && isOfHugePages(file)) {
            throw noHugePages(-answer, "fallocate", target, length + " B");
        }
        requireRoom(answer, "fallocate", target, file, before, length);
    }

    private static void requireRoom(
            long answer, String call, String target, Descriptor file, Optional<Amount> before, long length)
            throws ErrnoException {
        if (answer == -Constants.ENOSPC || answer == -Errno.EDQUOT.number()) {
            String room = room(file, before).map(Room::toString).orElse("unknown");
            throw ErrnoException.of(Problem.FILE_SYSTEM_FULL, (int) -answer, call, target, room, length + " B");
        }
        check(answer, call, target);
    }

    /**
     * Writes zeros to a range, page by page. What is stored there later then only replaces a block of the disk: waiting for it
     * takes one write to the disk, where a reserved block that was never written takes the file system's journal as well (41 and 70
     * µs seen on ext4). By pages, since in the page cache one that is part of a larger piece is written to the disk with all of it.
     *
     * @param target what errors call the file
     * @throws ErrnoException {@link Problem#FILE_SYSTEM_FULL}; a part may be written
     */
    public static void zero(Descriptor file, long offset, long length, String target) throws ErrnoException {
        long end = offset + length;
        for (long at = offset; at < end; ) {
            long page = ZEROS.byteSize();
            long count = Math.min(end, (at / page + 1) * page) - at;
            long answer = SharedFileCalls.pwrite(file.number(), ZEROS, count, at);
            if (answer == -Constants.EINTR) {
                continue;
            }
            requireRoom(answer, "pwrite", target, file, answer < 0 ? amount(file) : Optional.empty(), length);
            at += answer;
        }
    }

    /**
     * Cuts the file, or lengthens it without reserving anything (ftruncate(2)).
     *
     * @param target what errors call the file
     */
    public static void resize(Descriptor file, long length, String target) throws ErrnoException {
        check(SharedFileCalls.ftruncate(file.number(), length), "ftruncate", target);
    }

    /**
     * Waits until what was written is on the disk (fsync(2)).
     *
     * @param target what errors call the file
     */
    public static void sync(Descriptor file, String target) throws ErrnoException {
        check(SharedFileCalls.fsync(file.number()), "fsync", target);
    }

    /**
     * Waits until what was written is on the disk, and what is needed to read it again (fdatasync(2)). What was stored through
     * a shared mapping counts as written, also that of other processes.
     *
     * @param target what errors call the file
     */
    public static void syncData(Descriptor file, String target) throws ErrnoException {
        check(SharedFileCalls.fdatasync(file.number()), "fdatasync", target);
    }

    /**
     * Waits until the names in a directory are on the disk (fsync(2)): those that were made, and that others were taken away.
     *
     * @param target what errors call the directory
     */
    public static void syncNames(Path directory, String target) throws ErrnoException {
        int flags = Constants.O_RDONLY | Constants.O_DIRECTORY;
        try (Descriptor opened = SharedFiles.open(directory, flags, 0, target)) {
            sync(opened, target);
        }
    }

    /** The least size of that file that its file system can have and that is not below the wanted one: whole huge pages. */
    public static long roundUp(Descriptor file, long bytes) {
        if (!isOfHugePages(file)) {
            return bytes;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SIZEOF_STATFS, Long.BYTES);
            int _ = SharedFileCalls.fstatfs(file.number(), status);
            long page = status.get(ValueLayout.JAVA_LONG, BLOCK_SIZE);
            return (bytes + page - 1) / page * page;
        }
    }

    private static boolean isOfHugePages(Descriptor file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SIZEOF_STATFS, Long.BYTES);
            return SharedFileCalls.fstatfs(file.number(), status) == 0
                    && status.get(ValueLayout.JAVA_LONG, TYPE) == HUGETLBFS_MAGIC;
        }
    }

    static ErrnoException noHugePages(int errno, String call, String target, String value) {
        return ErrnoException.of(Problem.NO_HUGE_PAGES, errno, call, target, Limits.kernel("vm/nr_hugepages"), value);
    }

    /** What the file system of that file holds; empty when the kernel does not tell. */
    public static Optional<Room> room(Descriptor file) {
        return room(file, amount(file));
    }

    private static Optional<Room> room(Descriptor file, Optional<Amount> amount) {
        if (amount.isEmpty()) {
            return Optional.empty();
        }
        try {
            String mount = mount(file.status().device());
            return Optional.of(new Room(mount, amount.get().size(), amount.get().available()));
        } catch (ErrnoException closed) {
            return Optional.empty();
        }
    }

    /** A {@link Room} whose mount was not looked for yet. */
    private record Amount(long size, long available) {}

    private static Optional<Amount> amount(Descriptor file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SIZEOF_STATFS, Long.BYTES);
            if (SharedFileCalls.fstatfs(file.number(), status) < 0) {
                return Optional.empty();
            }
            long block = status.get(ValueLayout.JAVA_LONG, BLOCK_SIZE);
            return Optional.of(new Amount(
                    block * status.get(ValueLayout.JAVA_LONG, BLOCKS),
                    block * status.get(ValueLayout.JAVA_LONG, BLOCKS_AVAILABLE)));
        }
    }

    /** By {@code /proc/self/mountinfo}: the device is its third field, the mount point its fifth (proc(5)). */
    private static String mount(String device) {
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.map(line -> line.split(" ", 6))
                    .filter(fields -> fields.length > 5 && fields[2].equals(device))
                    .map(fields -> fields[4])
                    .findFirst()
                    .orElse("device " + device);
        } catch (IOException unreadable) {
            return "device " + device;
        }
    }

    private static void check(long answer, String call, String target) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of((int) -answer, call, target);
        }
    }
}
