package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.channels.Passable;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Memfd;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.memory.SharedLayout.Kind;
import dev.naru.memory.SharedLayout.Placed;
import dev.naru.memory.internal.LayoutHeader;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Memory that processes share: a store of one is a load of another, with no system call between.
 *
 * <table>
 * <caption>Four kinds</caption>
 * <tr><th>kind</th><th>place</th><th>lives until</th></tr>
 * <tr><td>POSIX, shm_open(3)</td><td>{@code "/quote"}, seen in {@code /dev/shm}</td><td>it is removed, or the machine stops</td></tr>
 * <tr><td>a mapped file</td><td>a {@link Path}</td><td>it is removed</td></tr>
 * <tr><td>System V, shmget(2)</td><td>{@link Address.MemoryKey}, seen by {@code ipcs -m}</td><td>as POSIX</td></tr>
 * <tr><td>anonymous, memfd_create(2)</td><td>{@link #anonymous}, passed on as a {@link #descriptor}</td><td>nobody has it open</td></tr>
 * </table>
 *
 * <pre>{@code
 * static final SharedLayout QUOTE = SharedLayout.of("quote", 1, SharedLayout.longField("price"));
 *
 * try (SharedMemory memory = SharedMemory.openOrCreate("/quote", MemorySpec.of(QUOTE))) {
 *     LongField price = memory.longField("price");
 *     price.setRelease(42);
 * }
 * }</pre>
 *
 * <p>With a {@link SharedLayout} the memory has named fields, and a small header that says which: a process with another
 * layout gets {@link Problem#OTHER_LAYOUT}. Without one it is bytes alone, as a C program makes them and finds them.
 *
 * <p>Its size is reserved when it is made, so a full {@code /dev/shm} is an error there and not a SIGBUS later. It is seen
 * whole or not at all: of two that make it at once one does, and a maker that is killed leaves nothing, or, in System V
 * memory, what the next one completes.
 *
 * <p>Thread-safe; the order of loads and stores is what the fields' methods say. When a process dies, what it stored stays,
 * also when it was half done: guard what belongs together by a {@link SharedLock}. {@link #close} unmaps and removes
 * nothing; accesses then throw {@link IllegalStateException}.
 */
public final class SharedMemory implements Closeable, Passable {
    private final String address;
    private final Backing backing;
    private final MemorySegment segment;
    private final @Nullable SharedLayout layout;

    SharedMemory(String address, Backing backing, MemorySegment segment, @Nullable SharedLayout layout) {
        this.address = address;
        this.backing = backing;
        this.segment = segment;
        this.layout = layout;
    }

    /**
     * New memory, all zeros.
     *
     * @throws ErrnoException {@link Problem#EXISTS}; {@link Problem#FILE_SYSTEM_FULL}, {@link Problem#SEGMENTS_FULL} and
     *     {@link Problem#NO_HUGE_PAGES} when there is no room for it
     */
    public static SharedMemory create(Address.Memory place, MemorySpec spec) throws ErrnoException {
        return MemoryKind.of(place)
                .tryCreate(spec)
                .orElseThrow(
                        () -> ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "create", place.toString()));
    }

    /** New POSIX memory of that name, such as {@code /quote}. */
    public static SharedMemory create(String name, MemorySpec spec) throws ErrnoException {
        return create(new Address.MemoryName(name), spec);
    }

    /** A new mapped file. */
    public static SharedMemory create(Path file, MemorySpec spec) throws ErrnoException {
        return create(new Address.MemoryFile(file), spec);
    }

    /**
     * All bytes of memory that exists, whoever made it; a layout's header is among them.
     *
     * @throws ErrnoException {@link Problem#NO_SHARED_MEMORY}, {@link Problem#DENIED}; {@link Problem#FILE_TOO_SHORT} when it has
     *     no byte yet, since its maker, a C program, has not given it a size
     */
    public static SharedMemory open(Address.Memory place) throws ErrnoException {
        return MemoryKind.of(place).open(null, true);
    }

    /** All bytes of POSIX memory. */
    public static SharedMemory open(String name) throws ErrnoException {
        return open(new Address.MemoryName(name));
    }

    /** All bytes of a file. */
    public static SharedMemory open(Path file) throws ErrnoException {
        return open(new Address.MemoryFile(file));
    }

    /**
     * Memory that exists and has that layout.
     *
     * @throws ErrnoException as without; and {@link Problem#OTHER_LAYOUT}, which shows both
     */
    public static SharedMemory open(Address.Memory place, SharedLayout layout) throws ErrnoException {
        return MemoryKind.of(place).open(layout, true);
    }

    /** POSIX memory that exists and has that layout. */
    public static SharedMemory open(String name, SharedLayout layout) throws ErrnoException {
        return open(new Address.MemoryName(name), layout);
    }

    /** A file that exists and has that layout. */
    public static SharedMemory open(Path file, SharedLayout layout) throws ErrnoException {
        return open(new Address.MemoryFile(file), layout);
    }

    /** All bytes of memory that exists, to look at: it may be memory that one may not write. */
    public static SharedMemory openReadOnly(Address.Memory place) throws ErrnoException {
        return MemoryKind.of(place).open(null, false);
    }

    /** Memory that exists and has that layout, to look at. */
    public static SharedMemory openReadOnly(Address.Memory place, SharedLayout layout) throws ErrnoException {
        return MemoryKind.of(place).open(layout, false);
    }

    /** The memory behind a descriptor, such as a memfd that another process gave us; the descriptor stays the caller's. */
    public static SharedMemory open(Descriptor descriptor) throws ErrnoException {
        return FileMemory.open(descriptor, null);
    }

    /** The same with that layout. */
    public static SharedMemory open(Descriptor descriptor, SharedLayout layout) throws ErrnoException {
        return FileMemory.open(descriptor, layout);
    }

    /**
     * Memory that exists, or new memory. What exists keeps its size and mode.
     *
     * @throws ErrnoException as {@link #open(Address.Memory, SharedLayout) open} and {@link #create(Address.Memory,
     *     MemorySpec) create}; {@link Problem#FILE_TOO_SHORT} when what exists has fewer bytes than are wanted
     */
    public static SharedMemory openOrCreate(Address.Memory place, MemorySpec spec) throws ErrnoException {
        MemoryKind kind = MemoryKind.of(place);
        while (true) {
            try {
                return kind.openExisting(spec);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NO_SHARED_MEMORY) {
                    throw refused;
                }
            }
            Optional<SharedMemory> made = kind.tryCreate(spec);
            if (made.isPresent()) {
                return made.get();
            } // somebody was faster: his is the one
        }
    }

    /** POSIX memory that exists, or new memory. */
    public static SharedMemory openOrCreate(String name, MemorySpec spec) throws ErrnoException {
        return openOrCreate(new Address.MemoryName(name), spec);
    }

    /** A mapped file that exists, or a new one. */
    public static SharedMemory openOrCreate(Path file, MemorySpec spec) throws ErrnoException {
        return openOrCreate(new Address.MemoryFile(file), spec);
    }

    /**
     * Memory that has no name: other processes get it as a {@link #descriptor}.
     *
     * @param name what {@code /proc} calls it, for people
     */
    public static SharedMemory anonymous(String name, MemorySpec spec) throws ErrnoException {
        return FileMemory.anonymous(name, spec);
    }

    /**
     * Takes the name or key away. Who has the memory open keeps it; who opens it afterwards finds none.
     *
     * @throws ErrnoException {@link Problem#NO_SHARED_MEMORY}, {@link Problem#DENIED}
     */
    public static void remove(Address.Memory place) throws ErrnoException {
        MemoryKind.of(place).remove();
    }

    /** Removes POSIX memory. */
    public static void remove(String name) throws ErrnoException {
        remove(new Address.MemoryName(name));
    }

    /** Removes a file. */
    public static void remove(Path file) throws ErrnoException {
        remove(new Address.MemoryFile(file));
    }

    /** The memory, without the header of a layout: for those who want it raw. */
    public MemorySegment segment() {
        return segment;
    }

    /** How many bytes {@link #segment} has. */
    public long size() {
        return segment.byteSize();
    }

    /** The layout that it was opened with. */
    public Optional<SharedLayout> layout() {
        return Optional.ofNullable(layout);
    }

    /** The layout that stands in memory that was opened without one, as words: {@code quote v1 {long price @0}}. */
    public Optional<String> layoutWords() {
        return layout != null ? Optional.of(layout.toString()) : LayoutHeader.description(segment);
    }

    /**
     * Where the fields of that layout begin in memory that was opened without it, in bytes; 0 when none stands there, and in
     * memory that was opened with its layout.
     */
    public long dataOffset() {
        return layout == null && LayoutHeader.description(segment).isPresent() ? LayoutHeader.dataOffset(segment) : 0;
    }

    /**
     * A field of the layout, to be kept: finding it is not for every access.
     *
     * @throws IllegalArgumentException when there is no such field, or it is no long
     * @throws IllegalStateException when the memory was opened without a layout
     */
    public LongField longField(String name) {
        return new LongField(segment, find(name, Kind.LONG).offset());
    }

    /** The same for an int. */
    public IntField intField(String name) {
        return new IntField(segment, find(name, Kind.INT).offset());
    }

    /** The same for a double. */
    public DoubleField doubleField(String name) {
        return new DoubleField(segment, find(name, Kind.DOUBLE).offset());
    }

    /** The same for bytes. */
    public BytesField bytesField(String name) {
        Placed placed = find(name, Kind.BYTES);
        return new BytesField(segment.asSlice(placed.offset(), placed.field().bytes()), placed.offset());
    }

    private Placed find(String name, Kind kind) {
        if (layout == null) {
            throw new IllegalStateException(address + " was opened without a layout");
        }
        return layout.find(name, kind);
    }

    /**
     * Waits until all of a mapped file is on the disk (msync(2)). Memory that is on no disk has nothing to wait for.
     *
     * @throws ErrnoException when the disk refuses
     */
    public void sync() throws ErrnoException {
        backing.sync();
    }

    /**
     * The descriptor of anonymous memory, to be passed on to another process; it is open as long as this is.
     *
     * @throws UnsupportedOperationException for memory that is found by a name or key
     */
    public Descriptor descriptor() {
        return backing.descriptor();
    }

    /**
     * Anonymous memory for another process, opened anew: the far side gets it by {@link #open(Descriptor)}.
     *
     * @throws UnsupportedOperationException for memory that is found by a name or key
     */
    @Override
    public Descriptor toPass() throws ErrnoException {
        return SharedFiles.reopen(descriptor(), descriptor().isWritable(), address);
    }

    /**
     * Forbids changes of anonymous memory for ever.
     *
     * @throws ErrnoException {@link Problem#MAPPED_WRITABLE}: as long as this itself is open, {@link Memfd.Seal#WRITE} is
     *     refused, and {@link Memfd.Seal#FUTURE_WRITE} is what forbids it to all others
     */
    public void seal(Set<Memfd.Seal> seals) throws ErrnoException {
        Memfd.seal(descriptor(), seals, address);
    }

    /** The seals of anonymous memory. */
    public Set<Memfd.Seal> seals() throws ErrnoException {
        return Memfd.seals(descriptor(), address);
    }

    /**
     * Unmaps it. Idempotent; any thread may call it.
     *
     * @throws IllegalStateException when a system call is using the memory just now; it is open then as before
     */
    @Override
    public void close() {
        backing.close();
    }

    /** The address, as errors show it: {@code shm:/quote}. */
    @Override
    public String toString() {
        return address;
    }
}
