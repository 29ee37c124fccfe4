package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.NativeText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * What a path or descriptor is, by statx(2).
 *
 * @param type what kind of file
 * @param mode the permission bits, 07777
 * @param device major and minor number of the file system, as {@code stat -c %Hd:%Ld} prints them
 * @param inode its number there; for an anonymous pipe the one in {@code pipe:[…]}
 * @param owner the owner's uid
 * @param size in bytes
 */
public record FileStatus(Type type, int mode, String device, long inode, int owner, long size) {
    /** {@code struct statx}, 256 bytes, the same on every machine. */
    private static final long SIZEOF = 256;

    private static final long UID = 20;
    private static final long MODE = 28;
    private static final long INODE = 32;
    private static final long SIZE = 40;
    private static final long DEVICE_MAJOR = 136;
    private static final long DEVICE_MINOR = 140;

    /** The kinds of file that stat(2) knows. */
    public enum Type {
        /** A pipe or a FIFO: the kernel makes no difference. */
        FIFO(0x1000),
        /** A character device. */
        CHARACTER_DEVICE(0x2000),
        /** A directory. */
        DIRECTORY(0x4000),
        /** A block device. */
        BLOCK_DEVICE(0x6000),
        /** A regular file. */
        REGULAR(0x8000),
        /** A symbolic link. */
        LINK(0xa000),
        /** A socket. */
        SOCKET(0xc000),
        /** What has no type, such as an eventfd. */
        OTHER(0);

        private final int bits;

        Type(int bits) {
            this.bits = bits;
        }

        private static Type of(int mode) {
            for (Type type : values()) {
                if (type.bits == (mode & Constants.S_IFMT)) {
                    return type;
                }
            }
            return OTHER;
        }
    }

    /** Of a path; a symbolic link is followed. */
    public static FileStatus of(Path path) throws ErrnoException {
        return of(path, true, path.toString());
    }

    /** Of a path; a symbolic link is not followed. */
    public static FileStatus ofLink(Path path) throws ErrnoException {
        return of(path, false, path.toString());
    }

    static FileStatus of(Path path, boolean followLinks, String target) throws ErrnoException {
        int flags = followLinks ? 0 : Constants.AT_SYMLINK_NOFOLLOW;
        try (Arena arena = Arena.ofConfined()) {
            return of(Constants.AT_FDCWD, NativeText.of(path, arena), flags, target, arena);
        }
    }

    static FileStatus of(Descriptor descriptor) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment noPath = arena.allocateFrom("");
            return of(descriptor.number(), noPath, Constants.AT_EMPTY_PATH, descriptor.toString(), arena);
        }
    }

    private static FileStatus of(int directory, MemorySegment path, int flags, String target, Arena arena)
            throws ErrnoException {
        MemorySegment status = arena.allocate(SIZEOF, 8);
        int answer = FileCalls.statx(directory, path, flags, Constants.STATX_BASIC_STATS, status);
        if (answer < 0) {
            throw ErrnoException.of(-answer, "statx", target);
        }
        int mode = Short.toUnsignedInt(status.get(ValueLayout.JAVA_SHORT, MODE));
        return new FileStatus(
                Type.of(mode),
                mode & ~Constants.S_IFMT,
                Integer.toUnsignedString(status.get(ValueLayout.JAVA_INT, DEVICE_MAJOR))
                        + ":"
                        + Integer.toUnsignedString(status.get(ValueLayout.JAVA_INT, DEVICE_MINOR)),
                status.get(ValueLayout.JAVA_LONG, INODE),
                status.get(ValueLayout.JAVA_INT, UID),
                status.get(ValueLayout.JAVA_LONG, SIZE));
    }
}
