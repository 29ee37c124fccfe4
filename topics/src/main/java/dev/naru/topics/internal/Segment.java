package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.UnguardedMemory;
import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A segment file, mapped. The mapping may be longer than the file: nothing is touched but what the published end allows. The
 * descriptor stays open, since after retention the name is gone and only it tells the size.
 *
 * <p>For one thread at a time, but {@link #close} by any.
 */
public final class Segment implements Closeable {
    private static final int MODE = 0600;

    /** The longest that a buffer can be. */
    private static final long MOST = Integer.MAX_VALUE - 8;

    /**
     * Large pages where the file system has them (ext4 since Linux 6.16, xfs): the first touch of a page of 4 KiB costs more than
     * half of an append. But the disk then gets 2 MiB where a byte was stored.
     */
    private static final SharedMapping.Options LARGE_PAGES = new SharedMapping.Options(true, false, true);

    /** So much is touched at a time, at least: 20 µs, every few hundred small records. */
    private static final long TOUCHED_STEP = 64 << 10;

    /** For a batch no more than this: what is claimed may not all be used. */
    private static final long MOST_TOUCHED = 1 << 20;

    private final long base;
    private final Path path;
    private final Descriptor file;
    private final SharedMapping mapping;
    private final ByteBuffer bytes;
    private final ByteBuffer unguarded;
    private long touched; // up to where pages are present for who appends, as far as he knows

    private Segment(long base, Path path, Descriptor file, SharedMapping mapping) {
        this.base = base;
        this.path = path;
        this.file = file;
        this.mapping = mapping;
        this.bytes = mapping.segment().asByteBuffer();
        MemorySegment memory = mapping.segment();
        this.unguarded =
                UnguardedMemory.ALL.asSlice(memory.address(), memory.byteSize()).asByteBuffer();
    }

    /**
     * The one with that base, to append to; made when it is not there. So many bytes of it can be reached.
     *
     * @param largePages where it is not flushed every now and then
     */
    static Segment openToAppend(Path folder, long base, long reach, boolean largePages) throws ErrnoException {
        Path path = SegmentFiles.path(folder, base);
        Descriptor file = SharedFiles.openOrCreate(path, MODE, path.toString());
        return map(base, path, file, reach, largePages ? LARGE_PAGES : SharedMapping.Options.WRITABLE);
    }

    /** The one with that base, which must be there, to read. */
    public static Segment openToRead(Path folder, long base, long reach) throws ErrnoException {
        Path path = SegmentFiles.path(folder, base);
        Descriptor file = SharedFiles.open(path, false, path.toString());
        return map(base, path, file, reach, SharedMapping.Options.READ_ONLY);
    }

    private static Segment map(long base, Path path, Descriptor file, long reach, SharedMapping.Options options)
            throws ErrnoException {
        try {
            long length = Math.min(MOST, Math.max(reach, file.status().size()));
            return new Segment(base, path, file, SharedMapping.mapAhead(file, length, options, path.toString()));
        } catch (ErrnoException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** The first offset that it may have. */
    public long base() {
        return base;
    }

    /** How much of it is mapped. */
    public long reach() {
        return mapping.segment().byteSize();
    }

    /** What is mapped. */
    public MemorySegment memory() {
        return mapping.segment();
    }

    /** The same for a checksum; its position and limit may be moved. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** The same for who sees to it that it is not closed meanwhile: by the lock, or by a {@link Use}. */
    ByteBuffer unguardedBytes() {
        return unguarded;
    }

    /** Where it lay when it was opened. */
    public Path path() {
        return path;
    }

    /** The number of the file, by which another of its name is told from it. */
    long inode() throws ErrnoException {
        return file.status().inode();
    }

    /** How long the file is now. */
    public long size() throws ErrnoException {
        return file.status().size();
    }

    /** Gets that range backed by the disk, before anybody touches it. */
    void reserve(long from, long to) throws ErrnoException {
        FileSpace.reserve(file, from, to - from, path.toString());
    }

    /** The same, and written once: then flushing what is stored there is quick. */
    void reserveWritten(long from, long to) throws ErrnoException {
        reserve(from, to);
        FileSpace.zero(file, from, to - from, path.toString());
    }

    /**
     * Before a batch is laid out: its pages, if it is no giant, and some more, are made present at once.
     *
     * @param to where it ends at most; it may turn out much shorter
     * @param most up to where the range is reserved
     */
    void touchAhead(long from, long to, long most) {
        long wanted = Math.min(to, from + MOST_TOUCHED);
        if (wanted > touched) {
            long start = Math.max(touched, from);
            touched = Math.min(most, (wanted / TOUCHED_STEP + 1) * TOUCHED_STEP);
            mapping.touchAhead(start, touched - start);
        }
    }

    /** Cuts the file off there. */
    void cut(long size) throws ErrnoException {
        FileSpace.resize(file, size, path.toString());
    }

    /** Waits until the file is on the disk. */
    void sync() throws ErrnoException {
        FileSpace.sync(file, path.toString());
    }

    /** Closes it, unless a system call of the user's is using its memory just now: false then. */
    boolean tryClose() {
        try {
            mapping.close();
        } catch (IllegalStateException inUse) {
            return false;
        }
        file.close();
        return true;
    }

    @Override
    public void close() {
        Mappings.close(mapping);
        file.close();
    }
}
