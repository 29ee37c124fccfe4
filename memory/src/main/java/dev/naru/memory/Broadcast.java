package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.SharedFile;
import dev.naru.memory.internal.SharedFile.Content;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Messages from one producer to many readers, each of which gets all: through memory that they share.
 *
 * <p>It is lossy. The producer never waits, so a slow, stopped or dead reader holds up nobody; it misses messages, and is
 * told how many ({@link BroadcastReader#missed}). What may not lose anything is a {@link Ring} for each reader.
 *
 * <p>Thread-safe; its writer and readers are used by one thread each. {@link #close} closes them too, and removes nothing.
 *
 * <p>The layout is {@code docs/layouts/ring.md}, the protocol {@code docs/protocol/README.md}, 13.
 */
public final class Broadcast implements Closeable {
    /** Rings of both kinds have their names together: no two are called alike. */
    static final String SCHEME = Ring.SCHEME;

    private static final Content ANY = BroadcastLayout.content(0, 0);

    private final Member member;
    private final RingEnds ends;

    private Broadcast(Member member) {
        this.member = member;
        this.ends = new RingEnds(member);
    }

    static Place place(String name) throws ErrnoException {
        return Place.named(SCHEME, name);
    }

    /**
     * A new broadcast ring of that name.
     *
     * @param name a POSIX name, as {@code /quotes}: it lies in {@code /dev/shm/naru-ring.quotes}
     * @throws ErrnoException when there is a ring of that name, when {@code /dev/shm} has no room, or the kernel refuses
     */
    public static Broadcast create(String name, BroadcastSpec spec) throws IOException {
        return create(place(name), spec);
    }

    /** The same in a file of any local file system. */
    public static Broadcast create(Path file, BroadcastSpec spec) throws IOException {
        return create(Place.file(SCHEME, file), spec);
    }

    /** The same by its address. */
    public static Broadcast create(Address.Ring address, BroadcastSpec spec) throws IOException {
        return create(Place.of(address), spec);
    }

    private static Broadcast create(Place place, BroadcastSpec spec) throws IOException {
        return new Broadcast(SharedFile.create(place, spec.mode(), Kind.BROADCAST, spec.size(), content(spec)));
    }

    private static Content content(BroadcastSpec spec) {
        return BroadcastLayout.content(spec.readers(), spec.bytes());
    }

    /** The broadcast ring of that name, which must exist. */
    public static Broadcast open(String name) throws IOException {
        return new Broadcast(SharedFile.open(place(name), Kind.BROADCAST, ANY));
    }

    /** The broadcast ring in that file, which must exist. */
    public static Broadcast open(Path file) throws IOException {
        return new Broadcast(SharedFile.open(Place.file(SCHEME, file), Kind.BROADCAST, ANY));
    }

    /** The broadcast ring at that address, which must exist. */
    public static Broadcast open(Address.Ring address) throws IOException {
        return new Broadcast(SharedFile.open(Place.of(address), Kind.BROADCAST, ANY));
    }

    /** The one behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static Broadcast open(Descriptor file) throws IOException {
        return new Broadcast(SharedFile.open(file, SCHEME + ":" + file, Kind.BROADCAST, ANY));
    }

    /** The broadcast ring of that name, as it is; made by the specification when there is none. */
    public static Broadcast openOrCreate(String name, BroadcastSpec spec) throws IOException {
        return openOrCreate(place(name), spec);
    }

    /** The same in a file. */
    public static Broadcast openOrCreate(Path file, BroadcastSpec spec) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), spec);
    }

    /** The same by its address. */
    public static Broadcast openOrCreate(Address.Ring address, BroadcastSpec spec) throws IOException {
        return openOrCreate(Place.of(address), spec);
    }

    private static Broadcast openOrCreate(Place place, BroadcastSpec spec) throws IOException {
        return new Broadcast(SharedFile.openOrCreate(place, spec.mode(), Kind.BROADCAST, spec.size(), content(spec)));
    }

    /** Makes one of an empty file that the caller has, such as a memfd; others {@link #open(Descriptor) open} it. */
    public static Broadcast createIn(Descriptor file, BroadcastSpec spec) throws IOException {
        SharedFile.fill(file, SCHEME + ":" + file, Kind.BROADCAST, spec.size(), content(spec))
                .close();
        return open(file);
    }

    /** Takes the name away. Who has it open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        place(name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** The longest message, in bytes. */
    public int maxMessage() {
        return BroadcastLayout.maxMessage(BroadcastLayout.bytes(member.memory()));
    }

    /**
     * Becomes the producer.
     *
     * @throws ErrnoException {@link Problem#LANES_TAKEN}, with who it is, when there is a living one
     */
    public BroadcastWriter writer() throws IOException {
        return ends.add(() -> {
            long former = member.take(BroadcastLayout.PRODUCER_AT);
            if (former < 0) {
                throw taken("1 producer", member.identity(-former).toString());
            }
            return new BroadcastWriter(member, former, ends::forget);
        });
    }

    /** Becomes a reader, and waits adaptively. */
    public BroadcastReader reader() throws IOException {
        return reader(Waiting.adaptive());
    }

    /**
     * Becomes a reader, of what is sent from now on.
     *
     * @throws ErrnoException {@link Problem#LANES_TAKEN}, with who they are, when all rows have living readers
     */
    public BroadcastReader reader(Waiting policy) throws IOException {
        return ends.add(() -> takeRow(policy));
    }

    private BroadcastReader takeRow(Waiting policy) throws IOException {
        for (int row = 0; row < rows(); row++) {
            if (member.take(BroadcastLayout.row(row) + BroadcastLayout.ID) >= 0) {
                return new BroadcastReader(member, row, policy, ends::forget);
            }
        }
        String readers = IntStream.range(0, rows())
                .mapToLong(this::readerOf)
                .distinct()
                .mapToObj(id -> member.identity(id).toString())
                .limit(8)
                .collect(Collectors.joining(", "));
        throw taken(rows() == 1 ? "1 reader" : rows() + " readers", readers);
    }

    private int rows() {
        return BroadcastLayout.rows(member.memory());
    }

    private long readerOf(int row) {
        return Words.getAcquire(member.memory(), BroadcastLayout.row(row) + BroadcastLayout.ID);
    }

    private ErrnoException taken(String limit, String owners) {
        return ErrnoException.of(Problem.LANES_TAKEN, Errno.EBUSY.number(), "open", member.target(), limit, owners);
    }

    /** Whether a living reader has it open. */
    public boolean isConnected() throws IOException {
        synchronized (ends) {
            ends.requireOpen(); // and nobody closes it meanwhile
            for (int row = 0; row < rows(); row++) {
                long id = readerOf(row);
                if (id != 0 && member.isAlive(id)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Closes it when the last of its ends is closed. */
    void closeWithTheLast() {
        ends.closeWithTheLast();
    }

    /** Closes its writer and its readers, and then itself; the ring stays. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        ends.close();
    }
}
