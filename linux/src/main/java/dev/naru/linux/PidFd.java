package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.ProcessCalls;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A process by descriptor: unlike a pid, which the kernel gives out again, it means this one process for ever
 * (pidfd_open(2), Linux 5.3).
 *
 * <p>Thread-safe.
 */
public final class PidFd implements Closeable {
    private final long pid;
    private final Descriptor descriptor;

    private PidFd(long pid, Descriptor descriptor) {
        this.pid = pid;
        this.descriptor = descriptor;
    }

    /**
     * Opens the process that has the pid now.
     *
     * @throws ErrnoException when there is none ({@link Problem#NO_PROCESS}), or no descriptor is left
     * @throws IllegalArgumentException when the pid is 0 or below, which no process has
     */
    public static PidFd open(long pid) throws ErrnoException {
        if (pid < 1) {
            throw new IllegalArgumentException("pid " + pid + ": pids begin at 1");
        }
        if (pid > Integer.MAX_VALUE) {
            throw noProcess(pid); // pid_t has 32 bits
        }
        long answer = ProcessCalls.pidfdOpen(Constants.SYS_PIDFD_OPEN, (int) pid, 0);
        if (answer == -Errno.ESRCH.number()) {
            throw noProcess(pid);
        }
        if (answer < 0) {
            throw ErrnoException.of((int) -answer, "pidfd_open", "pid " + pid);
        }
        return new PidFd(pid, Descriptor.adopt((int) answer)); // O_CLOEXEC by definition
    }

    private static ErrnoException noProcess(long pid) {
        return ErrnoException.of(Problem.NO_PROCESS, Errno.ESRCH.number(), "pidfd_open", "pid " + pid);
    }

    /** The pid it was opened by. */
    public long pid() {
        return pid;
    }

    /** The descriptor: readable when the process has ended. */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Sends a signal to this process and no other.
     *
     * @return false when it has ended and its parent has reaped it; a zombie takes every signal, and drops it
     * @throws ErrnoException when the caller may not, or this is closed
     */
    public boolean send(Signal signal) throws ErrnoException {
        if (!descriptor.enter()) {
            throw closed("pidfd_send_signal");
        }
        try {
            long answer = ProcessCalls.pidfdSendSignal(
                    Constants.SYS_PIDFD_SEND_SIGNAL, descriptor.number(), signal.number(), MemorySegment.NULL, 0);
            if (answer == -Errno.ESRCH.number()) {
                return false;
            }
            if (answer == -Errno.EPERM.number()) {
                throw ErrnoException.of(Problem.NOT_YOUR_PROCESS, (int) -answer, "pidfd_send_signal", "pid " + pid);
            }
            descriptor.check((int) answer, "pidfd_send_signal");
            return true;
        } finally {
            descriptor.leave();
        }
    }

    /** Waits until the process has ended. It need not be a child. */
    public void awaitExit() throws ErrnoException, InterruptedException {
        boolean _ = awaitExitUntil(Poller.NEVER);
    }

    /** Waits so long at most; whether the process has ended. */
    public boolean awaitExit(Duration timeout) throws ErrnoException, InterruptedException {
        return awaitExitUntil(Poller.deadlineIn(timeout));
    }

    private boolean awaitExitUntil(long deadline) throws ErrnoException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!descriptor.enter()) {
            throw closed("poll");
        }
        try {
            while (true) {
                switch (Poller.await(descriptor, Poller.Interest.READABLE, deadline)) {
                    case READY -> {
                        if (Poller.isReady(descriptor, Poller.Interest.READABLE)) { // READY alone is a hint
                            return true;
                        }
                    }
                    case TIMED_OUT -> {
                        return false;
                    }
                    case CLOSED -> throw closed("poll");
                    case INTERRUPTED -> {
                        boolean _ = Thread.interrupted();
                        throw new InterruptedException();
                    }
                }
            }
        } finally {
            descriptor.leave();
        }
    }

    /** Whether the process has not ended yet (a zombie has). */
    public boolean isAlive() throws ErrnoException {
        if (!descriptor.enter()) {
            throw closed("poll");
        }
        try {
            return !Poller.isReady(descriptor, Poller.Interest.READABLE);
        } finally {
            descriptor.leave();
        }
    }

    private ErrnoException closed(String call) {
        return ErrnoException.of(Problem.BAD_DESCRIPTOR, Constants.EBADF, call, "pidfd of " + pid);
    }

    /** Closes the descriptor; the process goes on. */
    @Override
    public void close() {
        descriptor.close();
    }
}
