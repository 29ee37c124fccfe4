package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.MemoryCalls;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The beginning of a file as memory that all who map it share (mmap(2), MAP_SHARED). The descriptor may be closed
 * afterwards.
 *
 * <p>Threads may use the memory side by side; what they see of each other's stores is theirs to order. After
 * {@link #close} every access throws {@link IllegalStateException}; one that runs meanwhile may throw it too, so whoever
 * guards data with this memory waits for its users first.
 *
 * <p>When a process dies, what it stored stays. Touching a page past the end of the file is an {@link InternalError} at
 * best: the file must not be cut below what is mapped.
 */
public final class SharedMapping implements Closeable {
    /** Of {@link #mapForGood}: those that are mapped still. */
    private static final AtomicInteger LASTING = new AtomicInteger();

    private static final int MOST_LASTING = 4_096;

    private final Arena arena;
    private final MemorySegment segment;
    private final String target;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedMapping(Arena arena, MemorySegment segment, String target) {
        this.arena = arena;
        this.segment = segment;
        this.target = target;
    }

    /**
     * How a file is mapped.
     *
     * @param writable for storing too; the file must be open for reading and writing
     * @param prefault every page present from the start (MAP_POPULATE): no page fault later
     * @param hugePages the kernel is asked for pages of 2 MiB where it can (MADV_HUGEPAGE); it may have none
     */
    public record Options(boolean writable, boolean prefault, boolean hugePages) {
        /** For reading alone. */
        public static final Options READ_ONLY = new Options(false, false, false);

        /** For reading and storing. */
        public static final Options WRITABLE = new Options(true, false, false);
    }

    /**
     * Maps the first bytes of a file.
     *
     * @param length in bytes, at least 1; the file must have them
     * @param target what errors call the file
     * @throws ErrnoException {@link Problem#FILE_TOO_SHORT}, or what the kernel refuses
     */
    @SuppressWarnings("MustBeClosedChecker") // its end is close()
    public static SharedMapping map(Descriptor file, long length, Options options, String target)
            throws ErrnoException {
        requireHas(file, length, target);
        return own(Arena.ofShared(), address(file, length, options, target), length, options, target, () -> {});
    }

    /**
     * Maps more than the file may have yet, for one that grows: no page is to be touched before the file reaches it
     * ({@link FileSpace#reserve}).
     *
     * @param length in bytes, at least 1
     * @param target what errors call the file
     */
    @SuppressWarnings("MustBeClosedChecker") // its end is close()
    public static SharedMapping mapAhead(Descriptor file, long length, Options options, String target)
            throws ErrnoException {
        return own(Arena.ofShared(), address(file, length, options, target), length, options, target, () -> {});
    }

    /**
     * The same memory as {@link #map} gives, but for as long as anybody can reach the segment: it is unmapped some time after
     * that. For memory that a thread may be using when another closes what it belongs to.
     */
    public static MemorySegment mapForGood(Descriptor file, long length, Options options, String target)
            throws ErrnoException {
        requireHas(file, length, target);
        if (LASTING.incrementAndGet() % MOST_LASTING == 0) {
            System.gc(); // the kernel lets a process have 65,530 mappings, and nothing else tells the collector of
            // these
        }
        Runnable unmapped = LASTING::decrementAndGet;
        return own(Arena.ofAuto(), address(file, length, options, target), length, options, target, unmapped)
                .segment();
    }

    private static void requireHas(Descriptor file, long length, String target) throws ErrnoException {
        long size = file.status().size();
        if (size < length) {
            throw ErrnoException.of(
                    Problem.FILE_TOO_SHORT, Constants.EINVAL, "mmap", target, size + " B", length + " B");
        }
    }

    private static long address(Descriptor file, long length, Options options, String target) throws ErrnoException {
        if (length <= 0) {
            throw new IllegalArgumentException("nothing to map: " + length + " B");
        }
        int protection = options.writable ? Constants.PROT_READ | Constants.PROT_WRITE : Constants.PROT_READ;
        // Advice for huge pages comes before the pages do.
        boolean populate = options.prefault && !options.hugePages;
        int flags = Constants.MAP_SHARED | (populate ? Constants.MAP_POPULATE : 0);
        long address = MemoryCalls.mmap(length, protection, flags, file.number(), 0);
        if (address < 0) {
            throw ErrnoException.of((int) -address, "mmap", target);
        }
        if (options.hugePages) {
            int _ = MemoryCalls.madvise(address, length, Constants.MADV_HUGEPAGE); // only advice
            if (options.prefault) {
                populate(address, length, options.writable);
            }
        }
        return address;
    }

    /** Only advice: a kernel before Linux 5.14 does not know it, and faults the pages in later. */
    static void populate(long address, long length, boolean writable) {
        int advice = writable ? Constants.MADV_POPULATE_WRITE : Constants.MADV_POPULATE_READ;
        int _ = MemoryCalls.madvise(address, (length + Pages.SIZE - 1) & -Pages.SIZE, advice);
    }

    @SuppressWarnings("restricted") // gives the mapping its length and its end
    private static SharedMapping own(
            Arena arena, long address, long length, Options options, String target, Runnable unmapped) {
        MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(length, arena, pages -> {
            int _ = MemoryCalls.munmap(pages.address(), length);
            unmapped.run();
        });
        return new SharedMapping(arena, options.writable ? segment : segment.asReadOnly(), target);
    }

    /** The memory, for as long as this is open. A store into a read-only mapping throws. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Makes the pages of a range present, to be stored into: all at once costs about half of a fault at each. Only advice: a kernel before
     * Linux 5.14 does not know it.
     */
    public void touchAhead(long offset, long length) {
        long _ = Objects.checkFromIndexSize(offset, length, segment.byteSize());
        long start = (segment.address() + offset) & -Pages.SIZE;
        populate(start, segment.address() + offset + length - start, true);
    }

    /**
     * Waits until the bytes are on the disk (msync(2), MS_SYNC): with the pages that they lie in, whole.
     *
     * @throws ErrnoException when the disk refuses
     */
    public void sync(long offset, long length) throws ErrnoException {
        long _ = Objects.checkFromIndexSize(offset, length, segment.byteSize());
        long start = (segment.address() + offset) & -Pages.SIZE;
        int answer = MemoryCalls.msync(start, segment.address() + offset + length - start, Constants.MS_SYNC);
        if (answer < 0) {
            throw ErrnoException.of(-answer, "msync", target);
        }
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed.get();
    }

    /**
     * Unmaps it; the file and what was stored stay. Idempotent; any thread may call it.
     *
     * @throws IllegalStateException when a system call is using the memory just now; it is open then as before
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                arena.close();
            } catch (IllegalStateException inUse) {
                closed.set(false);
                throw inUse;
            }
        }
    }
}
