package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.channels.Passable;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Memfd;
import dev.naru.linux.Problem;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
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
 * Messages between processes through memory that they share: from one or many producers to one reader.
 *
 * <pre>{@code
 * try (Ring ring = Ring.openOrCreate("/orders", RingSpec.oneToOne(1 << 20));
 *         RingWriter writer = ring.writer()) {
 *     writer.send(order);
 * }
 * }</pre>
 *
 * <p>Each producer has a lane of its own: its messages keep their order, and one that is killed or stopped holds nobody up.
 * A ring has as many lanes as it was made with.
 *
 * <p>When a producer dies, only the message that it had not committed is lost. When the reader dies, the next one goes on at
 * its place. Messages stay in the ring while nobody has it open, until the machine boots: a ring is no log.
 *
 * <p>Thread-safe; its writers and readers are used by one thread each. {@link #close} closes them too, and removes nothing.
 *
 * <p>The layout is {@code docs/layouts/ring.md}, the protocol {@code docs/protocol/README.md}, 8.
 */
public final class Ring implements Closeable, Passable {
    static final String SCHEME = "ring";

    /** For opening: what a ring is stands in its file. */
    private static final Content ANY = RingLayout.content(new RingGeometry(0, 0));

    private final Member member;
    private final RingGeometry geometry;
    private final RingEnds ends;

    private Ring(Member member) {
        this.member = member;
        this.geometry = RingGeometry.of(member.memory());
        this.ends = new RingEnds(member);
    }

    /**
     * A new ring of that name.
     *
     * @param name a POSIX name, as {@code /orders}: it lies in {@code /dev/shm/naru-ring.orders}
     * @throws ErrnoException when there is one, when {@code /dev/shm} has no room, or the kernel refuses
     */
    public static Ring create(String name, RingSpec spec) throws IOException {
        return create(Place.named(SCHEME, name), spec);
    }

    /** The same in a file of any local file system. */
    public static Ring create(Path file, RingSpec spec) throws IOException {
        return create(Place.file(SCHEME, file), spec);
    }

    /** The same by its address. */
    public static Ring create(Address.Ring address, RingSpec spec) throws IOException {
        return create(Place.of(address), spec);
    }

    private static Ring create(Place place, RingSpec spec) throws IOException {
        return new Ring(SharedFile.create(place, spec.mode(), Kind.RING, spec.size(), content(spec)));
    }

    private static Content content(RingSpec spec) {
        return RingLayout.content(spec.geometry());
    }

    /** The ring of that name, which must exist. */
    public static Ring open(String name) throws IOException {
        return new Ring(SharedFile.open(Place.named(SCHEME, name), Kind.RING, ANY));
    }

    /** The ring in that file, which must exist. */
    public static Ring open(Path file) throws IOException {
        return new Ring(SharedFile.open(Place.file(SCHEME, file), Kind.RING, ANY));
    }

    /** The ring at that address, which must exist. */
    public static Ring open(Address.Ring address) throws IOException {
        return new Ring(SharedFile.open(Place.of(address), Kind.RING, ANY));
    }

    /** The ring behind a descriptor, such as a memfd that another process gave us; it stays the caller's. */
    public static Ring open(Descriptor file) throws IOException {
        return new Ring(SharedFile.open(file, SCHEME + ":" + file, Kind.RING, ANY));
    }

    /** The ring of that name, as it is; made by the specification when there is none. */
    public static Ring openOrCreate(String name, RingSpec spec) throws IOException {
        return openOrCreate(Place.named(SCHEME, name), spec);
    }

    /** The same in a file. */
    public static Ring openOrCreate(Path file, RingSpec spec) throws IOException {
        return openOrCreate(Place.file(SCHEME, file), spec);
    }

    /** The same by its address. */
    public static Ring openOrCreate(Address.Ring address, RingSpec spec) throws IOException {
        return openOrCreate(Place.of(address), spec);
    }

    private static Ring openOrCreate(Place place, RingSpec spec) throws IOException {
        return new Ring(SharedFile.openOrCreate(place, spec.mode(), Kind.RING, spec.size(), content(spec)));
    }

    /** Makes a ring of an empty file that the caller has, such as a memfd; others {@link #open(Descriptor) open} it. */
    public static Ring createIn(Descriptor file, RingSpec spec) throws IOException {
        SharedFile.fill(file, SCHEME + ":" + file, Kind.RING, spec.size(), content(spec))
                .close();
        return open(file);
    }

    /**
     * A new ring that has no name: another process gets it through a Unix socket, and {@link #open(Descriptor) opens} it. It is gone when
     * nobody has it open.
     *
     * @param name what {@code /proc} calls it, for people
     */
    public static Ring anonymous(String name, RingSpec spec) throws IOException {
        try (Descriptor memfd = Memfd.create(name, false)) {
            return createIn(memfd, spec);
        }
    }

    /** The ring for another process, opened anew, so that its locks, by which the living are known, are its own. */
    @Override
    public Descriptor toPass() throws IOException {
        return member.reopen();
    }

    /** Takes the name away. Who has the ring open keeps it; who opens it afterwards finds none. */
    public static void remove(String name) throws ErrnoException {
        Place.named(SCHEME, name).remove();
    }

    /** Removes the file. */
    public static void remove(Path file) throws ErrnoException {
        Place.file(SCHEME, file).remove();
    }

    /** Removes what is at that address, a ring of either kind. */
    public static void remove(Address.Ring address) throws ErrnoException {
        Place.of(address).remove();
    }

    /** How many producers it may have at once. */
    public int lanes() {
        return geometry.lanes();
    }

    /** The longest message, in bytes. */
    public int maxMessage() {
        return geometry.maxMessage();
    }

    /** Takes a lane, and waits adaptively. */
    public RingWriter writer() throws IOException {
        return writer(Waiting.adaptive());
    }

    /**
     * Takes a lane that nobody has, or whose producer is dead.
     *
     * @throws ErrnoException {@link Problem#LANES_TAKEN}, with who has them, when there is none
     */
    public RingWriter writer(Waiting policy) throws IOException {
        return ends.add(() -> takeLane(policy));
    }

    private RingWriter takeLane(Waiting policy) throws IOException {
        for (int lane = 0; lane < lanes(); lane++) {
            long former = member.take(RingLayout.lane(lane) + RingLayout.PRODUCER);
            if (former >= 0) {
                return new RingWriter(member, geometry, lane, former, policy, ends::forget);
            }
        }
        throw lanesTaken();
    }

    private ErrnoException lanesTaken() {
        String owners = IntStream.range(0, lanes())
                .mapToLong(lane -> Words.getAcquire(member.memory(), RingLayout.lane(lane) + RingLayout.PRODUCER))
                .distinct()
                .mapToObj(owner -> member.identity(owner).toString())
                .limit(8)
                .collect(Collectors.joining(", "));
        String limit = lanes() == 1 ? "1 lane" : lanes() + " lanes";
        return ErrnoException.of(Problem.LANES_TAKEN, Errno.EBUSY.number(), "open", member.target(), limit, owners);
    }

    /** Becomes the reader, and waits adaptively. */
    public RingReader reader() throws IOException {
        return reader(Waiting.adaptive());
    }

    /**
     * Becomes the reader, at the place where the last one was.
     *
     * @throws ErrnoException {@link Problem#READER_TAKEN}, with who it is, when there is a living one
     */
    public RingReader reader(Waiting policy) throws IOException {
        return ends.add(() -> {
            long former = member.take(RingLayout.READER_AT);
            if (former < 0) {
                throw RingReader.taken(member, -former);
            }
            return new RingReader(member, geometry, policy, ends::forget);
        });
    }

    /** Closes it when the last of its ends is closed. */
    void closeWithTheLast() {
        ends.closeWithTheLast();
    }

    /** Closes its writers and its reader, and then itself; the ring stays. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        ends.close();
    }
}
