package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.SharedFileCalls;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file that has no name yet (O_TMPFILE, open(2)). It is filled first and gets its name last, by one {@link #link}: nobody
 * ever sees it half made, and when its maker dies before, nothing of it is left.
 *
 * <pre>{@code
 * try (UnnamedFile born = UnnamedFile.create(directory, 0600, target)) {
 *     FileSpace.reserve(born.descriptor(), 0, size, target);
 *     … // fill it
 *     if (born.link(path)) return born.take();
 * }
 * return SharedFiles.open(path, true, target); // somebody was faster: his is the one
 * }</pre>
 *
 * <p>On a file system without O_TMPFILE it has a hidden name until then, {@code .naru-…}, which a maker that is killed
 * leaves behind.
 *
 * <p>For one thread.
 */
public final class UnnamedFile implements Closeable {
    private final Descriptor descriptor;
    private final String target;
    private @Nullable Path hiddenName;
    private boolean taken;

    private UnnamedFile(Descriptor descriptor, @Nullable Path hiddenName, String target) {
        this.descriptor = descriptor;
        this.hiddenName = hiddenName;
        this.target = target;
    }

    /**
     * A new, empty file on the file system of that directory, open for reading and writing.
     *
     * @param mode permission bits as they shall be: the umask does not thin them
     * @param target what errors call the file
     */
    public static UnnamedFile create(Path directory, int mode, String target) throws ErrnoException {
        UnnamedFile created = open(directory, target);
        try {
            SharedFiles.setMode(created.descriptor, mode, target);
            return created;
        } catch (ErrnoException refused) {
            created.close();
            throw refused;
        }
    }

    private static UnnamedFile open(Path directory, String target) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int flags = Constants.O_TMPFILE | Constants.O_RDWR | Constants.O_CLOEXEC;
            int number = FileCalls.open(NativeText.of(directory, arena), flags, OWNER_ONLY);
            return switch (-number) {
                // A kernel, or a file system, that does not know the flag takes it for an open of the directory.
                case Constants.EOPNOTSUPP, Constants.EISDIR -> openHidden(directory, target);
                case Constants.ENOENT -> throw ErrnoException.of(FifoNode.missing(directory), -number, "open", target);
                default -> {
                    if (number < 0) {
                        throw ErrnoException.of(-number, "open", target);
                    }
                    yield new UnnamedFile(Descriptor.adopt(number), null, target);
                }
            };
        }
    }

    private static final int OWNER_ONLY = 0600;

    static UnnamedFile openHidden(Path directory, String target) throws ErrnoException {
        byte[] random = new byte[8];
        ThreadLocalRandom.current().nextBytes(random);
        Path hidden = directory.resolve(".naru-" + HexFormat.of().formatHex(random));
        int flags = Constants.O_CREAT | Constants.O_EXCL | Constants.O_RDWR;
        return new UnnamedFile(SharedFiles.open(hidden, flags, OWNER_ONLY, target), hidden, target);
    }

    /** The file, open for reading and writing, until this is closed or it is taken. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Gives it its name (linkat(2) of {@code /proc/self/fd/N}), in the directory that it was created for.
     *
     * @return false when something has the name already, which stays as it is
     * @throws ErrnoException when the directory is gone, is full, or may not be written
     */
    public boolean link(Path path) throws ErrnoException {
        Path from = hiddenName != null ? hiddenName : Path.of("/proc/self/fd/" + descriptor.number());
        try (Arena arena = Arena.ofConfined()) {
            int answer = SharedFileCalls.linkat(
                    Constants.AT_FDCWD,
                    NativeText.of(from, arena),
                    Constants.AT_FDCWD,
                    NativeText.of(path, arena),
                    Constants.AT_SYMLINK_FOLLOW);
            if (answer == -Constants.EEXIST) {
                return false;
            }
            if (answer < 0) {
                throw ErrnoException.of(-answer, "linkat", target);
            }
            return true;
        }
    }

    /** The descriptor, which is the caller's from now on: {@link #close} leaves it open. */
    public Descriptor take() {
        taken = true;
        return descriptor;
    }

    /** Closes the descriptor unless it was taken; a file without a name is gone then. */
    @Override
    public void close() {
        Path hidden = hiddenName;
        if (hidden != null) {
            hiddenName = null;
            try (Arena arena = Arena.ofConfined()) {
                int _ = FileCalls.unlink(NativeText.of(hidden, arena));
            }
        }
        if (!taken) {
            descriptor.close();
        }
    }
}
