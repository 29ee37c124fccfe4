package dev.naru.memory;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Memfd;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.linux.UnnamedFile;
import dev.naru.memory.internal.LayoutHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shared memory that is a file: POSIX memory in {@code /dev/shm}, any other file, a memfd.
 *
 * @param path where it is
 * @param target what errors call it
 */
record FileMemory(Path path, String target) implements MemoryKind {
    @Override
    public Optional<SharedMemory> tryCreate(MemorySpec spec) throws ErrnoException {
        Path directory = path.toAbsolutePath().getParent();
        try (UnnamedFile born = UnnamedFile.create(directory == null ? path : directory, spec.mode(), target)) {
            SharedMapping mapping = fill(born.descriptor(), spec, MemoryKind.wholeSize(spec), target);
            try {
                FileSpace.sync(born.descriptor(), target);
                if (born.link(path)) {
                    return Optional.of(memory(new Backing.OfFile(mapping), spec.layout(), target));
                }
                mapping.close();
                return Optional.empty();
            } catch (ErrnoException | RuntimeException | Error failed) {
                mapping.close();
                throw failed;
            }
        }
    }

    /** Gives an empty file its bytes and its header, before anybody can find it. */
    private static SharedMapping fill(Descriptor file, MemorySpec spec, long size, String target)
            throws ErrnoException {
        FileSpace.reserve(file, 0, size, target);
        SharedMapping mapping = SharedMapping.map(file, size, options(spec), target);
        SharedLayout layout = spec.layout();
        if (layout != null) {
            var _ = LayoutHeader.claim(mapping.segment(), layout.toString());
            LayoutHeader.fill(mapping.segment(), layout.toString(), spec.size());
        }
        return mapping;
    }

    private static SharedMapping.Options options(MemorySpec spec) {
        return new SharedMapping.Options(true, spec.prefault(), spec.hugePages());
    }

    @Override
    public SharedMemory open(@Nullable SharedLayout layout, boolean writable) throws ErrnoException {
        return open(layout, new SharedMapping.Options(writable, false, false));
    }

    @Override
    public SharedMemory openExisting(MemorySpec spec) throws ErrnoException {
        SharedMemory memory = open(spec.layout(), options(spec));
        MemoryKind.requireSize(memory, spec);
        return memory;
    }

    private SharedMemory open(@Nullable SharedLayout layout, SharedMapping.Options options) throws ErrnoException {
        try (Descriptor file = openFile(options.writable())) {
            return memory(new Backing.OfFile(map(file, options, target)), layout, target);
        }
    }

    private Descriptor openFile(boolean writable) throws ErrnoException {
        try {
            return SharedFiles.open(path, writable, target);
        } catch (ErrnoException refused) {
            throw refused.problem() == Problem.NOT_FOUND ? MemoryKind.notFound("open", target) : refused;
        }
    }

    private static SharedMapping map(Descriptor file, SharedMapping.Options options, String target)
            throws ErrnoException {
        long size = file.status().size();
        if (size == 0) {
            throw MemoryKind.tooShort(0, 1, target);
        }
        return SharedMapping.map(file, size, options, target);
    }

    private static SharedMemory memory(Backing backing, @Nullable SharedLayout layout, String target)
            throws ErrnoException {
        try {
            MemorySegment data = MemoryKind.data(backing.segment(), layout, target);
            return new SharedMemory(target, backing, data, layout);
        } catch (ErrnoException | RuntimeException | Error failed) {
            backing.close();
            throw failed;
        }
    }

    @Override
    public void remove() throws ErrnoException {
        try {
            if (FileStatus.ofLink(path).type() != FileStatus.Type.REGULAR) {
                throw ErrnoException.of(Problem.NOT_A_FILE, Errno.EINVAL.number(), "unlink", target);
            }
            SharedFiles.remove(path, target);
        } catch (ErrnoException refused) {
            throw refused.problem() == Problem.NOT_FOUND ? MemoryKind.notFound("unlink", target) : refused;
        }
    }

    /** Memory without a name. */
    static SharedMemory anonymous(String name, MemorySpec spec) throws ErrnoException {
        String target = "memfd:" + name;
        Descriptor memfd = Memfd.create(name, spec.hugePages());
        try {
            long size = FileSpace.roundUp(memfd, MemoryKind.wholeSize(spec));
            SharedMapping mapping = fill(memfd, spec, size, target);
            return memory(new Backing.OfDescriptor(mapping, memfd), spec.layout(), target);
        } catch (ErrnoException | RuntimeException | Error failed) {
            memfd.close();
            throw failed;
        }
    }

    /** Memory of which somebody gave us a descriptor. */
    static SharedMemory open(Descriptor given, @Nullable SharedLayout layout) throws ErrnoException {
        String target = given.toString();
        boolean writable = given.isWritable();
        Descriptor file = SharedFiles.reopen(given, writable, target);
        try {
            SharedMapping mapping = map(file, new SharedMapping.Options(writable, false, false), target);
            return memory(new Backing.OfDescriptor(mapping, file), layout, target);
        } catch (ErrnoException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }
}
