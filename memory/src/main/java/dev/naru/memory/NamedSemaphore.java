package dev.naru.memory;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.KernelCalls;
import dev.naru.linux.Poller;
import dev.naru.linux.PosixSemaphore;
import dev.naru.linux.Problem;
import dev.naru.linux.Sleepers;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/**
 * A POSIX semaphore with a name, the same object that a C program gets of sem_open(3): it lies in {@code /dev/shm/sem.NAME}, and lives
 * until it is removed or the machine stops.
 *
 * <p>Free, acquiring and releasing make no system call. What a holder that is killed had acquired is not given back.
 */
public final class NamedSemaphore implements SharedSemaphore {
    private static final int OWNER_ONLY = 0600;
    private static final int EAGAIN = Errno.EAGAIN.number();
    private static final int EOVERFLOW = Errno.EOVERFLOW.number();

    private final PosixSemaphore semaphore;
    private final String target;
    private final Sleepers sleepers = Sleepers.create();
    private volatile boolean closed;

    private NamedSemaphore(PosixSemaphore semaphore, String name) {
        this.semaphore = semaphore;
        this.target = PosixSemaphore.address(name);
    }

    /**
     * A new semaphore of that name, for processes of this user.
     *
     * @param name a POSIX name, as {@code /slots}
     * @param value how many permits it has, 0 or more
     * @throws ErrnoException {@link Problem#EXISTS} and others
     */
    public static NamedSemaphore create(String name, int value) throws IOException {
        return create(name, value, OWNER_ONLY);
    }

    /**
     * The same, with who may use it.
     *
     * @param mode permission bits, such as 0660; the umask does not thin them
     */
    public static NamedSemaphore create(String name, int value, int mode) throws IOException {
        PosixSemaphore made = PosixSemaphore.create(name, mode, requireValue(value))
                .orElseThrow(() -> ErrnoException.of(
                        Problem.EXISTS, Errno.EEXIST.number(), "sem_open", PosixSemaphore.address(name)));
        return new NamedSemaphore(made, name);
    }

    /** The semaphore of that name, which must exist. */
    public static NamedSemaphore open(String name) throws IOException {
        return new NamedSemaphore(PosixSemaphore.open(name).orElseThrow(() -> none(name, "sem_open")), name);
    }

    /** The semaphore of that name, made with so many permits, for processes of this user, when there is none. */
    public static NamedSemaphore openOrCreate(String name, int value) throws IOException {
        return openOrCreate(name, value, OWNER_ONLY);
    }

    /** The same, with who may use a new one. */
    public static NamedSemaphore openOrCreate(String name, int value, int mode) throws IOException {
        while (true) {
            Optional<PosixSemaphore> opened = PosixSemaphore.create(name, mode, requireValue(value));
            if (opened.isEmpty()) {
                opened = PosixSemaphore.open(name);
            }
            if (opened.isPresent()) { // else it was removed between the two
                return new NamedSemaphore(opened.get(), name);
            }
        }
    }

    /** Takes the name away; who has it open keeps it. */
    public static void remove(String name) throws ErrnoException {
        if (!PosixSemaphore.remove(name)) {
            throw none(name, "sem_unlink");
        }
    }

    private static int requireValue(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("value " + value + ": it is 0 or more");
        }
        return value;
    }

    private static ErrnoException none(String name, String call) {
        return ErrnoException.of(Problem.NO_SEMAPHORE, Errno.ENOENT.number(), call, PosixSemaphore.address(name));
    }

    @Override
    public void acquire() throws IOException, InterruptedException {
        requireOpen();
        if (semaphore.tryAcquire() != 0) {
            boolean _ = await(Poller.NEVER);
        }
    }

    @Override
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        requireOpen();
        return semaphore.tryAcquire() == 0 || await(Poller.deadlineIn(timeout));
    }

    @Override
    public boolean tryAcquire() throws IOException {
        requireOpen();
        int answer = semaphore.tryAcquire();
        if (answer < 0 && answer != -EAGAIN) {
            throw ErrnoException.of(-answer, "sem_trywait", target);
        }
        return answer == 0;
    }

    private boolean await(long deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (Poller.isOver(deadline)) {
            return false;
        }
        long answer = semaphore.acquire(deadline, sleepers);
        if (answer < 0 && answer != KernelCalls.TIMED_OUT) {
            throw KernelCalls.refusal(answer, "sem_wait", target);
        }
        return answer == 0;
    }

    @Override
    public void release() throws IOException {
        requireOpen();
        int answer = semaphore.release();
        if (answer == -EOVERFLOW) {
            throw ErrnoException.of(
                    Problem.SEMAPHORE_VALUE,
                    EOVERFLOW,
                    "sem_post",
                    target,
                    "limit " + PosixSemaphore.MOST_VALUE,
                    Long.toString(PosixSemaphore.MOST_VALUE + 1L));
        }
        if (answer < 0) {
            throw ErrnoException.of(-answer, "sem_post", target);
        }
    }

    @Override
    public int value() throws IOException {
        requireOpen();
        return semaphore.value();
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    /** Ends the waits of this object. The semaphore stays: {@link #remove} removes it. Idempotent. */
    @Override
    public void close() {
        closed = true;
        sleepers.close();
    }

    @Override
    public String toString() {
        return target;
    }
}
