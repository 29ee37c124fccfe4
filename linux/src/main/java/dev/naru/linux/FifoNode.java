package dev.naru.linux;

import dev.naru.linux.internal.BlockingCall;
import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.NativeText;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** fifo(7): making the node, and opening it, which waits for a peer before there is a descriptor. */
public final class FifoNode {
    private static final int READER = Constants.O_RDONLY | Constants.O_CLOEXEC;
    private static final int WRITER = Constants.O_WRONLY | Constants.O_CLOEXEC;

    private FifoNode() {}

    /**
     * mkfifo(3), then the mode exactly as given: the umask does not thin it, just as with {@code mkfifo -m}.
     *
     * @param mode permission bits, such as 0600
     * @throws ErrnoException when something of that name exists, its directory does not, or the caller may not
     */
    public static void make(Path path, int mode) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int answer = FileCalls.mkfifo(NativeText.of(path, arena), mode);
            if (answer == -Constants.ENOENT) {
                throw ErrnoException.of(missing(path.getParent()), Constants.ENOENT, "mkfifo", address(path));
            }
            if (answer == -Constants.EPERM) {
                // Who may not is told EACCES; this directory takes no FIFO from anybody, as those of /sys.
                throw ErrnoException.of(Problem.NO_PLACE, Constants.EPERM, "mkfifo", address(path));
            }
            check(answer, "mkfifo", path);
        }
        undoUmask(path, mode);
    }

    /** What ENOENT says of who makes a file in that directory: it is missing, or it is there and takes none, as /proc. */
    static Problem missing(@Nullable Path directory) {
        try {
            return FileStatus.of(directory == null ? Path.of(".") : directory).type() == FileStatus.Type.DIRECTORY
                    ? Problem.NO_PLACE
                    : Problem.NO_DIRECTORY;
        } catch (ErrnoException notThere) {
            return Problem.NO_DIRECTORY;
        }
    }

    /**
     * By a descriptor that follows no link: in a directory that others may write to, the name can lead elsewhere by now, and
     * chmod(2) by path would go there. For the same reason nothing is unlinked when this fails.
     */
    private static void undoUmask(Path path, int mode) throws ErrnoException {
        if (status(path, false).mode() == mode) {
            return;
        }
        int flags = Constants.O_PATH | Constants.O_NOFOLLOW | Constants.O_CLOEXEC;
        try (Arena arena = Arena.ofConfined();
                Descriptor node = adopt(check(Descriptor.open(path, flags), "open", path), path)) {
            int answer = FileCalls.chmod(arena.allocateFrom("/proc/self/fd/" + node.number()), mode);
            if (answer == -Constants.ENOENT) {
                throw ErrnoException.of(Problem.KERNEL, Constants.ENOENT, "chmod", "/proc/self/fd"); // no /proc here
            }
            check(answer, "chmod", path);
        }
    }

    /** unlink(2), of a FIFO only, not of a link to one. Who has it open keeps it until it closes. */
    public static void remove(Path path) throws ErrnoException {
        requireFifo(path, false);
        try (Arena arena = Arena.ofConfined()) {
            check(FileCalls.unlink(NativeText.of(path, arena)), "unlink", path);
        }
    }

    /** Refuses what is no FIFO before it is opened: opening a device or a tape can do things. */
    public static FileStatus requireFifo(Path path) throws ErrnoException {
        return requireFifo(path, true);
    }

    /** A link that leads nowhere is in the way of a new FIFO, and yet no FIFO is there. */
    public static void refuseDanglingLink(Path path) throws ErrnoException {
        try {
            if (status(path, false).type() == FileStatus.Type.LINK) {
                throw notAFifo(path);
            }
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NO_FIFO) {
                throw refused;
            }
        }
    }

    private static FileStatus requireFifo(Path path, boolean followLinks) throws ErrnoException {
        FileStatus status = status(path, followLinks);
        if (status.type() != FileStatus.Type.FIFO) {
            throw notAFifo(path);
        }
        return status;
    }

    private static FileStatus status(Path path, boolean followLinks) throws ErrnoException {
        try {
            return FileStatus.of(path, followLinks, address(path));
        } catch (ErrnoException refused) {
            throw refused.errno() == Errno.ENOENT ? refused(Constants.ENOENT, refused.call(), path) : refused;
        }
    }

    /** Opens for reading without waiting; that always succeeds, whether anybody writes or not. */
    public static Descriptor openReader(Path path) throws ErrnoException {
        requireFifo(path);
        return adopt(check(Descriptor.open(path, READER | Constants.O_NONBLOCK), "open", path), path);
    }

    /** Opens for writing without waiting; empty when nobody has it open for reading (ENXIO). */
    public static Optional<Descriptor> openWriter(Path path) throws ErrnoException {
        requireFifo(path);
        int answer = Descriptor.open(path, WRITER | Constants.O_NONBLOCK);
        return answer == -Constants.ENXIO ? Optional.empty() : Optional.of(adopt(check(answer, "open", path), path));
    }

    /**
     * Opens for reading once somebody writes.
     *
     * @param deadline as {@link Poller#await} takes it
     * @return empty when it passed
     * @throws InterruptedException when the calling thread was interrupted; nothing is open then
     */
    public static Optional<Descriptor> awaitWriter(Path path, long deadline)
            throws ErrnoException, InterruptedException {
        requireFifo(path);
        return openWaiting(path, READER, deadline);
    }

    /**
     * Opens for writing once somebody reads.
     *
     * @param deadline as {@link Poller#await} takes it
     * @return empty when it passed
     * @throws InterruptedException when the calling thread was interrupted; nothing is open then
     */
    public static Optional<Descriptor> awaitReader(Path path, long deadline)
            throws ErrnoException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Optional<Descriptor> atOnce = openWriter(path);
        return atOnce.isPresent() || Poller.isOver(deadline) ? atOnce : openWaiting(path, WRITER, deadline);
    }

    private static Optional<Descriptor> openWaiting(Path path, int flags, long deadline)
            throws ErrnoException, InterruptedException {
        int answer = (int)
                BlockingCall.run(() -> Descriptor.open(path, flags), opened -> FileCalls.close((int) opened), deadline);
        if (answer == BlockingCall.TIMED_OUT) {
            return Optional.empty();
        }
        if (answer == BlockingCall.TOO_MANY || answer == BlockingCall.NO_THREAD) {
            throw KernelCalls.refusal(answer, "open", address(path));
        }
        Descriptor opened = adopt(check(answer, "open", path), path);
        try {
            opened.setNonBlocking(true); // the description is ours alone: it was opened here
        } catch (ErrnoException refused) {
            opened.close();
            throw refused;
        }
        return Optional.of(opened);
    }

    /** Looks again, at what was opened: the name may have got another file since {@link #requireFifo}. */
    private static Descriptor adopt(int number, Path path) throws ErrnoException {
        Descriptor opened = Descriptor.adopt(number);
        boolean isFifo = false;
        try {
            isFifo = opened.status().type() == FileStatus.Type.FIFO;
        } finally {
            if (!isFifo) {
                opened.close();
            }
        }
        if (!isFifo) {
            throw notAFifo(path);
        }
        return opened;
    }

    private static int check(int answer, String call, Path path) throws ErrnoException {
        if (answer < 0) {
            throw refused(-answer, call, path);
        }
        return answer;
    }

    /** Of a node that should be there: it may be the directory that is missing. */
    private static ErrnoException refused(int errno, String call, Path path) {
        if (errno != Constants.ENOENT) {
            return ErrnoException.of(errno, call, address(path));
        }
        boolean noDirectory = missing(path.getParent()) == Problem.NO_DIRECTORY;
        return ErrnoException.of(noDirectory ? Problem.NO_DIRECTORY : Problem.NO_FIFO, errno, call, address(path));
    }

    private static ErrnoException notAFifo(Path path) {
        return ErrnoException.of(Problem.NOT_A_FIFO, address(path));
    }

    /** As errors name it. */
    private static String address(Path path) {
        return "fifo:" + path;
    }
}
