package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.SharedFileCalls;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Files that processes map: opening them, their POSIX names, and removing them. How they are born is {@link UnnamedFile}.
 *
 * <p>Thread-safe.
 */
public final class SharedFiles {
    /** Where POSIX shared memory lives (shm_overview(7)). */
    public static final Path POSIX_DIRECTORY = Path.of("/dev/shm");

    private static final int MOST_NAME_BYTES = 255;

    private SharedFiles() {}

    /**
     * The file of a POSIX object, as shm_open(3) finds it.
     *
     * @param name a slash and then at most 255 bytes without another slash, as {@code /quote}
     * @throws ErrnoException {@link Problem#BAD_NAME}, {@link Problem#NAME_TOO_LONG}
     */
    public static Path posix(String name) throws ErrnoException {
        boolean plain = name.length() > 1
                && name.charAt(0) == '/'
                && name.indexOf('/', 1) < 0
                && name.indexOf('\0') < 0
                && !name.equals("/.")
                && !name.equals("/..");
        if (!plain) {
            throw ErrnoException.of(Problem.BAD_NAME, Constants.EINVAL, "shm_open", name);
        }
        if (name.getBytes(StandardCharsets.UTF_8).length - 1 > MOST_NAME_BYTES) {
            throw ErrnoException.of(Errno.ENAMETOOLONG.number(), "shm_open", name);
        }
        return POSIX_DIRECTORY.resolve(name.substring(1));
    }

    /**
     * The file of an object of ours that has a name.
     *
     * @param scheme of its address, as {@code ring}
     * @param name as {@code /orders}: it lies in {@code /dev/shm} under a prefix of its kind
     * @throws ErrnoException as {@link #posix}
     */
    public static Path named(String scheme, String name) throws ErrnoException {
        return posix("/" + prefix(scheme) + posix(name).getFileName());
    }

    /** The same of a place, which is a name, one slash and what follows, or else a path. */
    public static Path place(String scheme, String place) throws ErrnoException {
        return place.lastIndexOf('/') == 0 ? named(scheme, place) : Path.of(place);
    }

    /** What the file names of objects of that scheme begin with. */
    public static String prefix(String scheme) {
        return "naru-" + scheme + ".";
    }

    /**
     * Opens a file that exists. A symbolic link is not followed: whoever may write into the directory could lead us
     * anywhere by it.
     *
     * @param target what errors call the file
     */
    public static Descriptor open(Path path, boolean writable, String target) throws ErrnoException {
        int access = writable ? Constants.O_RDWR : Constants.O_RDONLY;
        // Non-blocking means nothing to a file that can be mapped, and keeps us from waiting for the peer of a FIFO.
        Descriptor opened = open(path, access | Constants.O_NOFOLLOW | Constants.O_NONBLOCK, 0, target);
        return requireRegular(opened, target);
    }

    /**
     * Opens a file for reading and writing, and makes it, empty, when it is not there. Otherwise as {@link #open}.
     *
     * @param mode permission bits of a new one, which the umask thins
     * @param target what errors call the file
     */
    public static Descriptor openOrCreate(Path path, int mode, String target) throws ErrnoException {
        int flags = Constants.O_RDWR | Constants.O_CREAT | Constants.O_NOFOLLOW | Constants.O_NONBLOCK;
        return requireRegular(open(path, flags, mode, target), target);
    }

    /**
     * Another open file description of the same file, with locks of its own, through {@code /proc/self/fd}: what dup(2)
     * and a descriptor that came over a socket are not.
     *
     * @param target what errors call the file
     */
    public static Descriptor reopen(Descriptor file, boolean writable, String target) throws ErrnoException {
        int access = writable ? Constants.O_RDWR : Constants.O_RDONLY;
        return open(Path.of("/proc/self/fd/" + file.number()), access, 0, target);
    }

    /**
     * unlink(2): takes the name away. Who has the file open or mapped keeps it.
     *
     * @param target what errors call the file
     */
    public static void remove(Path path, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            check(FileCalls.unlink(NativeText.of(path, arena)), "unlink", target);
        }
    }

    static Descriptor open(Path path, int flags, int mode, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int number = FileCalls.open(NativeText.of(path, arena), flags | Constants.O_CLOEXEC, mode);
            if (number == -Errno.ELOOP.number() || number == -Constants.EISDIR || number == -Constants.ENXIO) {
                throw ErrnoException.of(Problem.NOT_A_FILE, -number, "open", target); // a link, a directory, a socket
            }
            check(number, "open", target);
            return Descriptor.adopt(number);
        }
    }

    private static Descriptor requireRegular(Descriptor opened, String target) throws ErrnoException {
        FileStatus.Type type;
        try {
            type = opened.status().type();
        } catch (ErrnoException lost) {
            opened.close();
            throw lost;
        }
        if (type != FileStatus.Type.REGULAR) {
            opened.close();
            throw ErrnoException.of(Problem.NOT_A_FILE, Constants.EINVAL, "open", target);
        }
        return opened;
    }

    static void setMode(Descriptor file, int mode, String target) throws ErrnoException {
        check(SharedFileCalls.fchmod(file.number(), mode), "fchmod", target);
    }

    private static void check(int answer, String call, String target) throws ErrnoException {
        if (answer < 0) {
            throw ErrnoException.of(-answer, call, target);
        }
    }
}
