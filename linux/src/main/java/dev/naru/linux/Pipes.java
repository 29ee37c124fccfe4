package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.PipeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** pipe(7): making one, its capacity, and moving bytes through it inside the kernel. */
public final class Pipes {
    /** A write of at most so many bytes is atomic: it never mixes with another's (PIPE_BUF in linux/limits.h). */
    public static final int ATOMIC_BYTES = 4096;

    private static final int NON_BLOCKING_MOVE = Constants.SPLICE_F_MOVE | Constants.SPLICE_F_NONBLOCK;

    private Pipes() {}

    /**
     * Both ends of one pipe.
     *
     * @param reader reads what was written
     * @param writer writes
     */
    public record Ends(Descriptor reader, Descriptor writer) {}

    /**
     * A new pipe, both ends non-blocking.
     *
     * @throws ErrnoException when the process or the machine may have no further descriptor
     */
    public static Ends create() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            int answer = PipeCalls.pipe2(ends, Constants.O_CLOEXEC | Constants.O_NONBLOCK);
            if (answer == -Errno.ENFILE.number()) { // also when all of the user's pipes are too large together
                String limits = Limits.kernel("fs/file-max") + ", " + Limits.kernel("fs/pipe-user-pages-hard");
                throw ErrnoException.of(Problem.TOO_MANY_FILES, -answer, "pipe2", "pipe:", limits, "");
            }
            if (answer < 0) {
                throw ErrnoException.of(-answer, "pipe2", "pipe:");
            }
            return new Ends(
                    Descriptor.adopt(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
                    Descriptor.adopt(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }

    /**
     * How many bytes the pipe holds before a writer has to wait.
     *
     * @param target what errors call it
     */
    public static int capacity(Descriptor pipe, String target) throws ErrnoException {
        int answer = FileCalls.fcntl(pipe.number(), Constants.F_GETPIPE_SZ, 0);
        if (answer < 0) {
            throw ErrnoException.of(-answer, "fcntl(F_GETPIPE_SZ)", target);
        }
        return answer;
    }

    /**
     * Asks for another capacity; the kernel rounds up to a power of two of pages.
     *
     * @param target what errors call it
     * @return what it has now, in bytes
     * @throws ErrnoException beyond fs.pipe-max-size, or when more bytes wait in it than it would hold
     */
    public static int setCapacity(Descriptor pipe, int bytes, String target) throws ErrnoException {
        if (bytes < 0) {
            throw new IllegalArgumentException("capacity in bytes: " + bytes);
        }
        int answer = FileCalls.fcntl(pipe.number(), Constants.F_SETPIPE_SZ, bytes);
        if (answer >= 0) {
            return answer;
        }
        String call = "fcntl(F_SETPIPE_SZ)";
        String limit = Limits.kernel("fs/pipe-max-size");
        throw switch (-answer) {
            case Constants.EPERM, Constants.EINVAL ->
                ErrnoException.of(Problem.PIPE_CAPACITY, -answer, call, target, limit, bytes + " B");
            case Constants.EBUSY -> ErrnoException.of(Problem.PIPE_IN_USE, -answer, call, target, limit, bytes + " B");
            default -> ErrnoException.of(-answer, call, target);
        };
    }

    /** splice(2) without waiting: moves pages, at least one of the two being a pipe. The bytes moved, or a negated errno. */
    public static long splice(Descriptor from, Descriptor to, long count) {
        return PipeCalls.splice(
                from.number(), MemorySegment.NULL, to.number(), MemorySegment.NULL, count, NON_BLOCKING_MOVE);
    }

    /** tee(2) without waiting: the same bytes into a second pipe; they stay in the first. The bytes, or a negated errno. */
    public static long tee(Descriptor from, Descriptor to, long count) {
        return PipeCalls.tee(from.number(), to.number(), count, Constants.SPLICE_F_NONBLOCK);
    }

    /**
     * vmsplice(2) without waiting: the caller's pages become the pipe's. They must not change until they are read.
     *
     * @param vector one {@code struct iovec}
     * @return the bytes lent, or a negated errno
     */
    public static long lend(Descriptor pipe, MemorySegment vector) {
        return PipeCalls.vmsplice(pipe.number(), vector, 1, Constants.SPLICE_F_NONBLOCK);
    }
}
