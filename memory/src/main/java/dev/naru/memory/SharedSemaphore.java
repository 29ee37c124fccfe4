package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/**
 * A number of permits that all processes share: who acquires takes one, and waits while there is none; who releases gives one. With
 * one permit it is binary, and guards a critical section; with several it counts, such as free slots.
 *
 * {@snippet file="SemaphoreSnippets.java" region="section"}
 *
 * <table>
 * <caption>Which kind</caption>
 * <tr><th></th><th>{@link NamedSemaphore}, POSIX</th><th>{@link SemaphoreSet#semaphore}, System V</th></tr>
 * <tr><td>free, it costs</td><td>no system call</td><td>one</td></tr>
 * <tr><td>a holder is killed</td><td>its permit is lost</td><td>with undo, the kernel gives it back</td></tr>
 * <tr><td>removed while somebody waits</td><td>who has it open keeps it</td><td>all waits end with an error</td></tr>
 * <tr><td>several at once</td><td>no</td><td>{@link SemaphoreSet#operate}</td></tr>
 * <tr><td>counts to</td><td>2147483647</td><td>32767</td></tr>
 * </table>
 *
 * <p>Nobody owns a permit: any thread of any process may release. For a critical section in which an owner may die, and what it guards
 * is to be repaired, take a {@link SharedLock}.
 *
 * <p>Thread-safe, and no garbage on platform threads. {@link #close} by another thread ends all waits of this object with
 * {@link java.nio.channels.AsynchronousCloseException}; the semaphore stays.
 */
public sealed interface SharedSemaphore extends Closeable permits NamedSemaphore, SetSemaphore {
    /**
     * The semaphore at that address, which must exist; of a System V set the first, whose permits the kernel gives back.
     *
     * @throws ErrnoException {@link dev.naru.linux.Problem#NO_SEMAPHORE}
     */
    static SharedSemaphore open(Address.Semaphore address) throws IOException {
        return switch (address) {
            case Address.PosixSemaphore named -> NamedSemaphore.open(named.name());
            case Address.SystemVSemaphores set -> SemaphoreSet.open(set).semaphoreWithUndo(0);
        };
    }

    /**
     * The same, made when there is none.
     *
     * @param value how many permits a new one has
     * @param mode permission bits of a new one, such as 0660: who uses it needs to read and write it
     */
    static SharedSemaphore openOrCreate(Address.Semaphore address, int value, int mode) throws IOException {
        return switch (address) {
            case Address.PosixSemaphore named -> NamedSemaphore.openOrCreate(named.name(), value, mode);
            case Address.SystemVSemaphores set ->
                SemaphoreSet.openOrCreate(set, mode, value).semaphoreWithUndo(0);
        };
    }

    /** Removes what is at that address: of System V, the whole set. */
    static void remove(Address.Semaphore address) throws ErrnoException {
        switch (address) {
            case Address.PosixSemaphore named -> NamedSemaphore.remove(named.name());
            case Address.SystemVSemaphores set -> SemaphoreSet.remove(set);
        }
    }

    /**
     * Takes a permit, and waits for one.
     *
     * @throws InterruptedException when there was none, and the thread was interrupted; none is taken
     */
    void acquire() throws IOException, InterruptedException;

    /** The same, for at most so long: false when there was none in time. */
    boolean acquire(Duration timeout) throws IOException, InterruptedException;

    /** Takes a permit if there is one now. */
    boolean tryAcquire() throws IOException;

    /**
     * Gives a permit, and wakes one who waits.
     *
     * @throws ErrnoException {@link dev.naru.linux.Problem#SEMAPHORE_VALUE} when it counts as far as it can
     */
    void release() throws IOException;

    /** How many permits there are now; it may be another number by the time it is looked at. */
    int value() throws IOException;

    /**
     * What a critical section does.
     *
     * @param <X> what it may throw
     */
    @FunctionalInterface
    interface Section<X extends Exception> {
        /** Does it. */
        void run() throws X;
    }

    /** Does the section with a permit, which is given back whatever happens there. */
    default <X extends Exception> void run(Section<X> section) throws IOException, InterruptedException, X {
        acquire();
        try {
            section.run();
        } finally {
            release();
        }
    }

    /** Whether it was not closed yet. */
    boolean isOpen();
}
