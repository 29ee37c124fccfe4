package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.memory.internal.LayoutHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shared memory that has a place: how each kind is made, found and removed. */
sealed interface MemoryKind permits FileMemory, KeyMemory {
    /** What rings and locks have in front of their names. */
    String RESERVED = "/naru-";

    /** The memory at a place. */
    static MemoryKind of(Address.Memory place) throws ErrnoException {
        return switch (place) {
            case Address.MemoryName posix -> {
                Path path = SharedFiles.posix(posix.name());
                if (posix.name().startsWith(RESERVED)) {
                    throw ErrnoException.of(Problem.RESERVED_NAME, Errno.EINVAL.number(), "shm_open", posix.toString());
                }
                yield new FileMemory(path, posix.toString());
            }
            case Address.MemoryFile file -> new FileMemory(file.path(), file.toString());
            case Address.MemoryKey key -> new KeyMemory(key);
        };
    }

    /** New memory; empty when there is something already. */
    Optional<SharedMemory> tryCreate(MemorySpec spec) throws ErrnoException;

    /** What is there, with that layout or all its bytes. */
    SharedMemory open(@Nullable SharedLayout layout, boolean writable) throws ErrnoException;

    /** What is there, if it is as large as that. */
    SharedMemory openExisting(MemorySpec spec) throws ErrnoException;

    /** Takes its name away. */
    void remove() throws ErrnoException;

    /** The bytes that memory takes with its header. */
    static long wholeSize(MemorySpec spec) {
        SharedLayout layout = spec.layout();
        return layout == null ? spec.size() : LayoutHeader.size(layout.toString()) + spec.size();
    }

    /** The part of all bytes that its user gets. */
    static MemorySegment data(MemorySegment whole, @Nullable SharedLayout layout, String target) throws ErrnoException {
        return layout == null ? whole : LayoutHeader.data(whole, layout.toString(), target);
    }

    /** Refuses what has fewer bytes than are wanted. */
    static void requireSize(SharedMemory memory, MemorySpec spec) throws ErrnoException {
        if (memory.size() < spec.size()) {
            memory.close();
            throw tooShort(memory.size(), spec.size(), memory.toString());
        }
    }

    static ErrnoException notFound(String call, String target) {
        return ErrnoException.of(Problem.NO_SHARED_MEMORY, Errno.ENOENT.number(), call, target);
    }

    static ErrnoException tooShort(long size, long wanted, String target) {
        return ErrnoException.of(
                Problem.FILE_TOO_SHORT, Errno.EINVAL.number(), "open", target, size + " B", wanted + " B");
    }
}
