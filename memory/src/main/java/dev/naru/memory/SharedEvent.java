package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.memory.internal.EventLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Something that has happened or has not, for the threads of all processes that open it: who waits goes on when somebody sets
 * it, and so does whoever comes later, until somebody resets it.
 *
 * <pre>{@code
 * try (SharedEvent ready = SharedEvent.openOrCreate("/ready")) {
 *     ready.await(); // elsewhere: ready.set()
 * }
 * }</pre>
 *
 * <p>What happened before {@link #set} is seen by whoever returns from {@link #await}. Who waits is let go by one {@code set},
 * also when it is reset at once. To look, and to set what is set, costs no system call; nothing makes garbage.
 *
 * <p>Nobody holds an event, so a killed process leaves nothing to repair. Killed in {@code set}, it has set it or has not; those
 * who wait see it 10 ms later at most.
 *
 * <p>Thread-safe. {@link #close} by another thread ends all waits with {@link AsynchronousCloseException}.
 *
 * <p>The layout is {@code docs/layouts/sync.md}, the protocol {@code docs/protocol/README.md}, 12.
 */
public final class SharedEvent implements Closeable {
    private static final String SCHEME = "event";
    private static final int OWNER_ONLY = 0600;
    private static final long AT = EventLayout.WORD_AT;

    private final Opened opened;
    private final MemorySegment memory;

    private SharedEvent(Member member) throws IOException {
        this.opened = new Opened(member);
        this.memory = opened.memory();
    }

    /**
     * A new event of that name, not set, for processes of this user.
     *
     * @param name a POSIX name, as {@code /ready}: it lies in {@code /dev/shm/naru-event.ready}
     * @throws ErrnoException when there is one, or the kernel refuses
     */
    public static SharedEvent create(String name) throws IOException {
        return create(Place.named(SCHEME, name));
    }

    /** The same in a file of any local file system. */
    public static SharedEvent create(Path file) throws IOException {
        return create(Place.file(SCHEME, file));
    }

    private static SharedEvent create(Place place) throws IOException {
        return new SharedEvent(SharedFile.create(place, OWNER_ONLY, Kind.EVENT, EventLayout.SIZE, EventLayout.CONTENT));
    }

    /** The event of that name, which must exist. */
    public static SharedEvent open(String name) throws IOException {
        return open(Place.named(SCHEME, name));
    }

    /** The event in that file, which must exist. */
    public static SharedEvent open(Path file) throws IOException {
        return open(Place.file(SCHEME, file));
    }

    /** The event behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static SharedEvent open(Descriptor file) throws IOException {
        return new SharedEvent(SharedFile.open(file, SCHEME + ":" + file, Kind.EVENT, EventLayout.CONTENT));
    }

    private static SharedEvent open(Place place) throws IOException {
        return new SharedEvent(SharedFile.open(place, Kind.EVENT, EventLayout.CONTENT));
    }

    /** The event of that name, made for processes of this user when there is none. */
    public static SharedEvent openOrCreate(String name) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), OWNER_ONLY);
    }

    /** The same in a file. */
    public static SharedEvent openOrCreate(Path file) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), OWNER_ONLY);
    }

    /** The event at that address, made with those permission bits when there is none. */
    public static SharedEvent openOrCreate(Address.Event address, int mode) throws IOException {
        return openOrCreate(Place.of(address), mode);
    }

    private static SharedEvent openOrCreate(Place place, int mode) throws IOException {
        return new SharedEvent(SharedFile.openOrCreate(place, mode, Kind.EVENT, EventLayout.SIZE, EventLayout.CONTENT));
    }

    /** Makes an event of an empty file that the caller has, such as a memfd; others {@link #open(Descriptor) open} it. */
    public static SharedEvent createIn(Descriptor file) throws IOException {
        SharedFile.fill(file, SCHEME + ":" + file, Kind.EVENT, EventLayout.SIZE, EventLayout.CONTENT)
                .close();
        return open(file);
    }

    /** Takes the name away. Who has the event open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        Place.named(SCHEME, name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** Removes what is at that address. */
    public static void remove(Address.Event address) throws ErrnoException {
        Place.of(address).remove();
    }

    /** Sets it: all who wait go on. Nothing when it is set. */
    public void set() throws IOException {
        opened.requireOpen();
        while (true) {
            long seen = Words.getAcquire(memory, AT);
            if ((seen & EventLayout.SET) != 0) {
                return;
            }
            // The count tells a sleeper that it was set, also if it is reset before he looks. Pairs with the loads of
            // await
            if (Words.compareAndSet(memory, AT, seen, EventLayout.setOnceMore(seen))) {
                if ((seen & EventLayout.WAITED) != 0) {
                    int _ = Futex.wake(memory, AT, Integer.MAX_VALUE);
                }
                return;
            }
        }
    }

    /** Makes it unset: who comes from now on waits. Nothing when it is. */
    public void reset() throws IOException {
        opened.requireOpen();
        long seen = Words.getAcquire(memory, AT);
        while ((seen & EventLayout.SET) != 0) {
            long found = Words.compareAndExchange(memory, AT, seen, seen & ~EventLayout.SET);
            if (found == seen) {
                return;
            }
            seen = found;
        }
    }

    /** Whether it is set. Never waits. */
    public boolean isSet() throws IOException {
        opened.requireOpen();
        return (Words.getAcquire(memory, AT) & EventLayout.SET) != 0;
    }

    /**
     * Waits until it is set.
     *
     * @throws InterruptedException when the thread was interrupted; the event stays usable
     * @throws AsynchronousCloseException when another thread closed it meanwhile
     */
    public void await() throws IOException, InterruptedException {
        boolean _ = await(Poller.NEVER);
    }

    /** The same, for at most so long: whether it was set. */
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return await(Poller.deadlineIn(timeout));
    }

    private boolean await(long deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (isSet()) {
            return true;
        }
        opened.enter();
        try {
            return sleepUntilSet(deadline);
        } finally {
            opened.leave();
        }
    }

    private boolean sleepUntilSet(long deadline) throws IOException, InterruptedException {
        long seen = Words.getAcquire(memory, AT);
        long before = EventLayout.times(seen);
        while ((seen & EventLayout.SET) == 0 && EventLayout.times(seen) == before) {
            long waited = seen | EventLayout.WAITED;
            if (seen == waited || Words.compareAndSet(memory, AT, seen, waited)) {
                if (!opened.sleep(AT, waited, deadline)) {
                    return false;
                }
            }
            seen = Words.getAcquire(memory, AT);
        }
        return true;
    }

    /** Whether somebody may be waiting for it. */
    public boolean isWaitedFor() throws IOException {
        opened.requireOpen();
        return (Words.getAcquire(memory, AT) & EventLayout.WAITED) != 0;
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !opened.isClosed();
    }

    /** Ends the use of it here; the event itself stays as it is. Idempotent; any thread may call it. */
    @Override
    public void close() {
        opened.close();
        opened.end();
    }
}
