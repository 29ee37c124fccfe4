package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.FileCalls;
import dev.naru.linux.internal.KernelWait;
import dev.naru.linux.internal.NativeText;
import dev.naru.linux.internal.SemaphoreCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A POSIX semaphore with a name (sem_overview(7)), as sem_open(3) opens it: the C library's own functions work on it, so a C
 * program has the same object.
 *
 * <p>It is mapped as long as a thread can reach this object, so none finds it gone; the same name opened twice in a process is one
 * mapping. Thread-safe. The calls answer a negated errno, or what {@link KernelCalls} names, and make no garbage on a platform
 * thread.
 */
public final class PosixSemaphore {
    /** The highest value (SEM_VALUE_MAX). */
    public static final int MOST_VALUE = Integer.MAX_VALUE;

    /**
     * Whether a {@code sem_t} is a word of 64 bits, its low half the value and its high half how many wait, as in glibc since
     * 2.21 (nptl/semaphoreP.h, {@code struct new_sem}). Then the free way needs no call: see {@link #tryAcquire}.
     */
    private static final boolean IS_A_WORD = SemaphoreCalls.isWord();

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();
    private static final long VALUE = 0xffff_ffffL;

    private static final String PREFIX = "sem.";
    private static final int MOST_NAME_BYTES = 255 - PREFIX.length();

    private final MemorySegment semaphore;

    /** What the word was when we stored it last: the exchange finds out whether it still is, and needs no load before it. */
    private long guess;

    @SuppressWarnings("restricted") // gives the semaphore its length and its end
    private PosixSemaphore(long address) {
        semaphore = MemorySegment.ofAddress(address)
                .reinterpret(SemaphoreCalls.SIZEOF_SEM, Arena.ofAuto(), PosixSemaphore::close);
    }

    /** sem_close(3). */
    private static void close(MemorySegment semaphore) {
        int _ = SemaphoreCalls.close(semaphore.address());
    }

    /**
     * A semaphore as its file shows it.
     *
     * @param name as sem_open(3) takes it, {@code /slots}
     * @param file with its owner and mode, and by which a mapping of it is known
     */
    public record Status(String name, FileStatus file) {}

    /**
     * A new semaphore. Empty when one has the name already.
     *
     * @param name a slash and then at most 251 bytes without another slash
     * @param mode permission bits; the umask does not thin them
     * @param value 0 or more
     */
    public static Optional<PosixSemaphore> create(String name, int mode, int value) throws ErrnoException {
        Path file = file(name);
        try (Arena arena = Arena.ofConfined()) {
            long address =
                    SemaphoreCalls.open(NativeText.of(name, arena), Constants.O_CREAT | Constants.O_EXCL, mode, value);
            if (address == -Constants.EEXIST) {
                return Optional.empty();
            }
            PosixSemaphore created = new PosixSemaphore(check(address, "sem_open", address(name)));
            int answer = FileCalls.chmod(NativeText.of(file, arena), mode);
            if (answer < 0 && answer != -Constants.ENOENT) { // removed at once: its mode is nobody's matter
                throw ErrnoException.of(-answer, "chmod", address(name));
            }
            return Optional.of(created);
        }
    }

    /** A semaphore that is there; empty when none has the name. */
    public static Optional<PosixSemaphore> open(String name) throws ErrnoException {
        Path _ = file(name);
        try (Arena arena = Arena.ofConfined()) {
            long address = SemaphoreCalls.open(NativeText.of(name, arena), 0, 0, 0);
            return address == -Constants.ENOENT
                    ? Optional.empty()
                    : Optional.of(new PosixSemaphore(check(address, "sem_open", address(name))));
        }
    }

    private static long check(long address, String call, String target) throws ErrnoException {
        if (address < 0 && address > -Constants.MOST_ERRNO) {
            if (address == -Constants.EINVAL) { // of a file that is none
                throw ErrnoException.of(
                        Problem.WRONG_KIND, Constants.EINVAL, call, target, "a semaphore", "another file");
            }
            throw ErrnoException.of((int) -address, call, target);
        }
        return address;
    }

    /** Takes the name away; who has it open keeps it. False when none has the name. */
    public static boolean remove(String name) throws ErrnoException {
        Path _ = file(name);
        try (Arena arena = Arena.ofConfined()) {
            int answer = SemaphoreCalls.unlink(NativeText.of(name, arena));
            if (answer == -Constants.ENOENT) {
                return false;
            }
            SystemVObjects.check(answer, "sem_unlink", address(name));
            return true;
        }
    }

    /** The address form of a name: {@code sem:/slots}. */
    public static String address(String name) {
        return "sem:" + name;
    }

    /**
     * Where it lies.
     *
     * @throws ErrnoException {@link Problem#BAD_NAME}, {@link Problem#NAME_TOO_LONG}
     */
    public static Path file(String name) throws ErrnoException {
        Path plain = SharedFiles.posix(name);
        if (NativeText.bytes(name).length - 1 > MOST_NAME_BYTES) {
            throw ErrnoException.of(Errno.ENAMETOOLONG.number(), "sem_open", address(name));
        }
        return plain.resolveSibling(PREFIX + plain.getFileName());
    }

    /** All semaphores of this machine that have a name, also those that the caller may not open. */
    public static List<Status> list() throws IOException {
        List<Status> found = new ArrayList<>();
        if (!Files.isDirectory(SharedFiles.POSIX_DIRECTORY)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SharedFiles.POSIX_DIRECTORY, PREFIX + "?*")) {
            for (Path file : files) {
                status(file).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Empty when it was removed meanwhile, or is none. */
    private static Optional<Status> status(Path file) throws ErrnoException {
        String name = "/" + file.getFileName().toString().substring(PREFIX.length());
        try {
            FileStatus status = FileStatus.ofLink(file);
            boolean is = status.type() == FileStatus.Type.REGULAR && status.size() == SemaphoreCalls.SIZEOF_SEM;
            return is ? Optional.of(new Status(name, status)) : Optional.empty();
        } catch (ErrnoException refused) {
            if (refused.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** How far one counts now; empty when it is gone or the caller may not open it. */
    public static OptionalInt value(String name) {
        try {
            Optional<PosixSemaphore> opened = open(name);
            return opened.isEmpty()
                    ? OptionalInt.empty()
                    : OptionalInt.of(opened.get().value());
        } catch (ErrnoException refused) {
            return OptionalInt.empty();
        }
    }

    /**
     * Takes one if it counts above 0: 0, or a negated errno, EAGAIN when it does not.
     *
     * <p>A compare-and-set of the word does what sem_trywait(3) does. That of {@link #release} is only made while the word says that
     * nobody waits, and fails when somebody has begun to: otherwise sem_post(3) is called, which wakes.
     */
    public int tryAcquire() {
        if (IS_A_WORD) {
            long seen = (guess & VALUE) != 0 ? guess : (long) WORD.getOpaque(semaphore, 0L);
            while ((seen & VALUE) != 0) {
                if (WORD.compareAndSet(semaphore, 0L, seen, seen - 1)) {
                    guess = seen - 1;
                    return 0;
                }
                seen = (long) WORD.getOpaque(semaphore, 0L);
            }
            return -Constants.EAGAIN;
        }
        int answer = SemaphoreCalls.tryWait(semaphore);
        while (answer == -Constants.EINTR) {
            answer = SemaphoreCalls.tryWait(semaphore);
        }
        return answer;
    }

    /** The same, and waits for one. */
    public long acquire(long deadline, Sleepers sleepers) throws InterruptedException, AsynchronousCloseException {
        return KernelWait.in(SemaphoreCalls::await, 0, semaphore, 0, 0, 0, deadline, sleepers.waiters());
    }

    /** Counts one up and wakes one who waits: 0, or a negated errno, EOVERFLOW beyond {@value #MOST_VALUE}. */
    public int release() {
        if (IS_A_WORD) {
            long seen = guess < MOST_VALUE ? guess : (long) WORD.getOpaque(semaphore, 0L);
            while (seen < MOST_VALUE) { // also not while somebody waits
                if (WORD.compareAndSet(semaphore, 0L, seen, seen + 1)) {
                    guess = seen + 1;
                    return 0;
                }
                seen = (long) WORD.getOpaque(semaphore, 0L);
            }
        }
        return SemaphoreCalls.post(semaphore);
    }

    /** How far it counts now; never below 0. */
    public int value() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int _ = SemaphoreCalls.value(semaphore, value); // cannot fail
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }
}
