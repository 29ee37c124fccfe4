package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.SharedFileCalls;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock on a directory (flock(2)), for the moment in which a name in it is looked at and replaced. It leaves no file, and goes with its
 * process. Only those keep to it who take it.
 *
 * <p>For one thread.
 */
public final class DirectoryLock implements Closeable {
    /** It is held for some system calls, so whoever comes meanwhile looks again soon. */
    private static final long AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Descriptor directory;

    private DirectoryLock(Descriptor directory) {
        this.directory = directory;
    }

    /**
     * Waits for it.
     *
     * @param target what errors call the directory
     * @throws InterruptedException when the thread was interrupted; it has no lock then
     */
    public static DirectoryLock take(Path directory, String target) throws ErrnoException, InterruptedException {
        int flags = Constants.O_RDONLY | Constants.O_DIRECTORY;
        Descriptor opened = SharedFiles.open(directory, flags, 0, target);
        boolean taken = false;
        try {
            while (!taken) {
                int answer = SharedFileCalls.flock(opened.number(), Constants.LOCK_EX | Constants.LOCK_NB);
                taken = answer >= 0;
                if (answer < 0 && answer != -Constants.EAGAIN && answer != -Constants.EINTR) {
                    throw ErrnoException.of(-answer, "flock", target);
                }
                if (!taken) {
                    LockSupport.parkNanos(AGAIN_NANOS);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
            return new DirectoryLock(opened);
        } finally {
            if (!taken) {
                opened.close();
            }
        }
    }

    /** Gives it back. */
    @Override
    public void close() {
        directory.close();
    }
}
