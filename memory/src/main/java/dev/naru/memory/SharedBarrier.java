package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.memory.internal.BarrierLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.SharedFile.Place;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where a number of parties, in any processes, wait for each other, phase after phase: nobody goes on before all have arrived.
 * When a party dies before it has arrived, all others are told, and by whom: {@link BarrierOutcome#BROKEN}.
 *
 * <pre>{@code
 * try (SharedBarrier barrier = SharedBarrier.openOrCreate("/step", 4)) { // each of the four
 *     while (compute(step) && barrier.await() == BarrierOutcome.PASSED) {}
 * }
 * }</pre>
 *
 * <p>An opened barrier is one party: a thread each, and a process with several opens it several times. Who closes it gives its
 * place back, and the others wait for somebody who takes it. Who dies having arrived counts as arrived in that phase.
 *
 * <p>A broken barrier stays so until somebody calls {@link #reset}, which makes the places of the dead free. Each party that had
 * not been told yet still is. A stopped party holds all up: use the forms that do not wait for ever. A wait that ended early
 * has arrived, and the next one goes on with it.
 *
 * <p>Thread-safe, but one thread at a time waits. {@link #close} by another thread ends the wait with
 * {@link AsynchronousCloseException}. Nothing makes garbage but a wait that sleeps.
 *
 * <p>The layout is {@code docs/layouts/sync.md}, the protocol {@code docs/protocol/README.md}, 12.
 */
public final class SharedBarrier implements Closeable {
    private static final String SCHEME = "barrier";
    private static final int OWNER_ONLY = 0600;

    /** Of a wait that does not wait. Before any time of {@link System#nanoTime}. */
    private static final long AT_ONCE = Long.MIN_VALUE;

    private final Opened opened;
    private final SharedLock lock;
    private final BarrierTable table;
    private final AtomicBoolean waits = new AtomicBoolean();

    /** The row of this party. */
    private final int row;

    /** The phase that this party has arrived for, plus 1, until it is told how that ended; 0 for none. Of who has set {@link #waits}. */
    private long arrived;

    private volatile long brokenBy;

    private SharedBarrier(Member member, int wanted) throws IOException {
        this.opened = new Opened(member);
        this.lock = new SharedLock(member, opened.memory(), BarrierLayout.LOCK_AT, member.target());
        this.table = new BarrierTable(member, opened.memory());
        try {
            if (wanted != 0 && wanted != table.parties()) {
                throw ErrnoException.of(
                        Problem.WRONG_KIND,
                        Errno.EINVAL.number(),
                        "open",
                        member.target(),
                        "a barrier for " + wanted,
                        "one for " + table.parties());
            }
            this.row = join();
        } catch (IOException | RuntimeException | Error failed) {
            opened.end();
            throw failed;
        }
    }

    private int join() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    var _ = lock.lock(); // what a dead one has left half done is done again
                    break;
                } catch (InterruptedException _) {
                    interrupted = true; // sections are short, and opening is no wait
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            int place = table.join();
            if (place == BarrierTable.FULL) {
                throw ErrnoException.of(
                        Problem.PLACES_TAKEN,
                        Errno.EAGAIN.number(),
                        "open",
                        opened.member().target(),
                        table.parties() + " parties",
                        "");
            }
            return place;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A new barrier of that name, for processes of this user, and a party of it.
     *
     * @param name a POSIX name, as {@code /step}: it lies in {@code /dev/shm/naru-barrier.step}
     * @param parties how many there are, 1 to 4096
     * @throws ErrnoException when there is one, or the kernel refuses
     */
    public static SharedBarrier create(String name, int parties) throws IOException {
        return create(Place.named(SCHEME, name), parties);
    }

    /** The same in a file of any local file system. */
    public static SharedBarrier create(Path file, int parties) throws IOException {
        return create(Place.file(SCHEME, file), parties);
    }

    private static SharedBarrier create(Place place, int parties) throws IOException {
        return new SharedBarrier(
                SharedFile.create(place, OWNER_ONLY, Kind.BARRIER, size(parties), BarrierLayout.content(parties)),
                parties);
    }

    private static long size(int parties) {
        if (parties < 1 || parties > BarrierLayout.MOST_PARTIES) {
            throw new IllegalArgumentException("parties: " + parties + ", must be 1 to " + BarrierLayout.MOST_PARTIES);
        }
        return BarrierLayout.size(parties);
    }

    /** A party of the barrier of that name, which must exist. */
    public static SharedBarrier open(String name) throws IOException {
        return open(Place.named(SCHEME, name));
    }

    /** A party of the barrier in that file, which must exist. */
    public static SharedBarrier open(Path file) throws IOException {
        return open(Place.file(SCHEME, file));
    }

    /** The same behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static SharedBarrier open(Descriptor file) throws IOException {
        return new SharedBarrier(SharedFile.open(file, SCHEME + ":" + file, Kind.BARRIER, BarrierLayout.content(0)), 0);
    }

    private static SharedBarrier open(Place place) throws IOException {
        return new SharedBarrier(SharedFile.open(place, Kind.BARRIER, BarrierLayout.content(0)), 0);
    }

    /**
     * A party of the barrier of that name, which is made for processes of this user when there is none.
     *
     * @throws ErrnoException when it is for another number, or has all its parties
     */
    public static SharedBarrier openOrCreate(String name, int parties) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), parties, OWNER_ONLY);
    }

    /** The same in a file. */
    public static SharedBarrier openOrCreate(Path file, int parties) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), parties, OWNER_ONLY);
    }

    /** A party of the barrier at that address, made with those permission bits when there is none. */
    public static SharedBarrier openOrCreate(Address.Barrier address, int parties, int mode) throws IOException {
        return openOrCreate(Place.of(address), parties, mode);
    }

    private static SharedBarrier openOrCreate(Place place, int parties, int mode) throws IOException {
        return new SharedBarrier(
                SharedFile.openOrCreate(place, mode, Kind.BARRIER, size(parties), BarrierLayout.content(parties)),
                parties);
    }

    /** Makes a barrier of an empty file that the caller has, such as a memfd, and joins it. */
    public static SharedBarrier createIn(Descriptor file, int parties) throws IOException {
        SharedFile.fill(file, SCHEME + ":" + file, Kind.BARRIER, size(parties), BarrierLayout.content(parties))
                .close();
        return open(file);
    }

    /** Takes the name away. Who has the barrier open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        Place.named(SCHEME, name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** Removes what is at that address. */
    public static void remove(Address.Barrier address) throws ErrnoException {
        Place.of(address).remove();
    }

    /**
     * Arrives, and waits until all have.
     *
     * @return {@link BarrierOutcome#PASSED} or {@link BarrierOutcome#BROKEN}
     * @throws InterruptedException when the thread was interrupted; the barrier stays usable, and the next wait goes on
     * @throws AsynchronousCloseException when another thread closed it meanwhile
     * @throws IllegalStateException when another thread waits for this party
     */
    public BarrierOutcome await() throws IOException, InterruptedException {
        return await(Poller.NEVER);
    }

    /** The same, for at most so long: {@link BarrierOutcome#NOT_YET} after it. */
    public BarrierOutcome await(Duration timeout) throws IOException, InterruptedException {
        return await(Poller.deadlineIn(timeout));
    }

    /**
     * Arrives, and does not wait, nor heeds an interrupt: {@link BarrierOutcome#NOT_YET} when others are missing, or another
     * party is just arriving; call it again.
     */
    public BarrierOutcome tryAwait() throws IOException {
        try {
            return await(AT_ONCE);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private BarrierOutcome await(long deadline) throws IOException, InterruptedException {
        if (deadline != AT_ONCE && Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!waits.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    opened.member().target() + ": another thread waits for this party; each opens its own");
        }
        try {
            opened.enter();
            try {
                BarrierOutcome early = arrived == 0 ? arrive(deadline) : null;
                return early == null ? awaitPhase(deadline) : early;
            } finally {
                opened.leave();
            }
        } finally {
            waits.set(false);
        }
    }

    private boolean takeLock(long deadline) throws IOException, InterruptedException {
        try {
            return (deadline == AT_ONCE ? lock.tryLock() : lock.lock(deadline)).isTaken();
        } catch (ClosedChannelException _) {
            throw new AsynchronousCloseException();
        }
    }

    /** Null when this party has arrived. */
    private @Nullable BarrierOutcome arrive(long deadline) throws IOException, InterruptedException {
        if (!takeLock(deadline)) {
            return BarrierOutcome.NOT_YET;
        }
        try {
            if (table.brokenAt(row) != 0) {
                return broken(table.brokenBy(row)); // while this party was elsewhere, and it may be whole again
            }
            if (table.isBroken()) {
                return broken(table.brokenBy()); // nobody arrives, or a reset would let that one pass
            }
            arrived = table.arrive(row);
            table.settle(false);
            return null;
        } finally {
            lock.unlock();
        }
    }

    private BarrierOutcome awaitPhase(long deadline) throws IOException, InterruptedException {
        boolean looks = deadline == AT_ONCE; // for the dead: else only after a sleep, as it costs system calls
        while (true) {
            long seen = table.word();
            if (BarrierLayout.phase(seen) >= arrived || BarrierLayout.isBroken(seen)) {
                return told();
            }
            if (looks && table.isDue()) {
                if (!settle(deadline)) {
                    return BarrierOutcome.NOT_YET;
                }
            } else if (deadline == AT_ONCE) {
                return BarrierOutcome.NOT_YET;
            } else {
                long waited = table.mark(seen);
                if (waited != 0 && !opened.sleep(BarrierLayout.PHASE_AT, waited, deadline)) {
                    return BarrierOutcome.NOT_YET;
                }
                looks = true;
            }
        }
    }

    private boolean settle(long deadline) throws IOException, InterruptedException {
        if (!takeLock(deadline)) {
            return false;
        }
        try {
            table.settle(true);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How the phase that this party had arrived for has ended: its row was told before the word was. */
    private BarrierOutcome told() {
        if (table.brokenAt(row) == arrived) {
            return broken(table.brokenBy(row));
        }
        arrived = 0;
        return BarrierOutcome.PASSED;
    }

    private BarrierOutcome broken(long by) {
        brokenBy = by;
        table.tell(row);
        arrived = 0;
        return BarrierOutcome.BROKEN;
    }

    /**
     * Who died, as {@link BarrierOutcome#BROKEN} has told this party last; {@link Identity#NOBODY} when it was not told so
     * yet.
     */
    public Identity brokenBy() throws IOException {
        opened.enter();
        try {
            return opened.member().identity(brokenBy);
        } finally {
            opened.leave();
        }
    }

    /**
     * Makes a broken barrier whole: the places of the dead are free for others, and a new phase begins when all have
     * arrived. Nothing when it is whole. Any party may call it, and several may.
     */
    public void reset() throws IOException, InterruptedException {
        opened.enter();
        try {
            var _ = lock.lock();
            try {
                table.reset();
            } finally {
                lock.unlock();
            }
        } finally {
            opened.leave();
        }
    }

    /** How many parties it is for. */
    public int parties() {
        return table.parties();
    }

    /** How many phases are over, broken ones too. */
    public long phase() {
        return BarrierLayout.phase(table.word());
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !opened.isClosed();
    }

    /** Gives the place back; the barrier itself stays. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        lock.close(); // before the wait for who is inside, who may wait for it
        opened.close();
        table.leave(row);
        opened.end();
    }
}
