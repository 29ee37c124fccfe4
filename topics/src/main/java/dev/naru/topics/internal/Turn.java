package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.SharedFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What one process at a time does to a store or a partition, and seldom: a byte of a file that is locked meanwhile. The kernel
 * unlocks it when its holder dies.
 */
public final class Turn implements Closeable {
    /** In {@code store.naru}: making, changing and removing topics. No member has it for a sign of life. */
    private static final long TOPICS_BYTE = (1L << 62) - 1;

    private final Descriptor file;

    private Turn(Descriptor file) {
        this.file = file;
    }

    /** Waits for the turn to make, change or remove topics of the store with that file. */
    public static Turn ofTopics(Path store) throws IOException {
        Descriptor file =
                SharedFiles.open(store, true, store.toString()); // a description of its own: threads differ too
        try {
            await(OpenFileLock.of(file, store.toString()), TOPICS_BYTE);
            return new Turn(file);
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** Waits until the byte is locked. */
    static void await(OpenFileLock locks, long at) throws ErrnoException, InterruptedIOException {
        while (!locks.tryLock(at)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
