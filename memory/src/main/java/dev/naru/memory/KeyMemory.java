package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.SystemVMemory;
import dev.naru.memory.internal.LayoutHeader;
import dev.naru.memory.internal.LayoutHeader.Claim;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * System V shared memory. It has its key from its first moment, so with a layout it can be found before it is filled, and its
 * maker may be killed before he fills it: then whoever has the same layout does ({@link LayoutHeader}).
 */
record KeyMemory(Address.MemoryKey place) implements MemoryKind {
    private static final long CLAIMS_NOTHING = -1;

    @Override
    public Optional<SharedMemory> tryCreate(MemorySpec spec) throws ErrnoException {
        Optional<SystemVMemory> attached = Optional.empty();
        while (attached.isEmpty()) { // again, when somebody removed it before we were attached
            Optional<Integer> id =
                    SystemVMemory.create(place.key(), MemoryKind.wholeSize(spec), spec.mode(), spec.hugePages());
            if (id.isEmpty()) {
                return Optional.empty();
            }
            attached = SystemVMemory.attach(id.get(), true, spec.prefault(), target());
        }
        return Optional.of(complete(attached.get(), spec.layout(), MemoryKind.wholeSize(spec)));
    }

    private String target() {
        return place.toString();
    }

    @Override
    public SharedMemory open(@Nullable SharedLayout layout, boolean writable) throws ErrnoException {
        return complete(attach(writable, false), layout, CLAIMS_NOTHING);
    }

    @Override
    public SharedMemory openExisting(MemorySpec spec) throws ErrnoException {
        SharedMemory memory = complete(attach(true, spec.prefault()), spec.layout(), MemoryKind.wholeSize(spec));
        MemoryKind.requireSize(memory, spec);
        return memory;
    }

    private SystemVMemory attach(boolean writable, boolean prefault) throws ErrnoException {
        Optional<Integer> id = SystemVMemory.find(place.key());
        if (id.isPresent()) {
            Optional<SystemVMemory> attached = SystemVMemory.attach(id.get(), writable, prefault, target());
            if (attached.isPresent()) {
                return attached.get();
            }
        }
        throw notFound();
    }

    private ErrnoException notFound() {
        return MemoryKind.notFound("shmget", target());
    }

    /**
     * What is attached, with its layout filled in by whoever comes first.
     *
     * @param claimed how large a segment that nobody has filled must be to be taken for one of ours
     */
    private SharedMemory complete(SystemVMemory attached, @Nullable SharedLayout layout, long claimed)
            throws ErrnoException {
        try {
            if (layout != null) {
                completeHeader(attached.segment(), layout.toString(), claimed);
            }
            MemorySegment data = MemoryKind.data(attached.segment(), layout, target());
            return new SharedMemory(target(), new Backing.OfSystemV(attached), data, layout);
        } catch (ErrnoException | RuntimeException | Error failed) {
            attached.close();
            throw failed;
        }
    }

    private void completeHeader(MemorySegment memory, String description, long claimed) throws ErrnoException {
        Optional<String> found = LayoutHeader.description(memory);
        if (found.isPresent()) {
            return; // compared by whoever takes the data
        }
        long dataSize = memory.byteSize() - LayoutHeader.size(description);
        if (dataSize < 0) {
            throw MemoryKind.tooShort(memory.byteSize(), LayoutHeader.size(description), target());
        }
        boolean blank = LayoutHeader.isBlank(memory);
        if (blank && claimed == CLAIMS_NOTHING) {
            throw notFound(); // its maker has not begun to fill it: it is not there yet
        }
        if (blank
                && memory.byteSize()
                        != claimed) { // made by another program: who has our layout makes it as large as we
            String zeros = "zeros, %d B and not %d B".formatted(memory.byteSize(), claimed);
            throw LayoutHeader.otherLayout(description, zeros, target());
        }
        Claim claim = blank ? LayoutHeader.claim(memory, description) : LayoutHeader.claimed(memory, description);
        if (claim == Claim.OURS) {
            if (memory.isReadOnly()) {
                throw notFound(); // we may not help, and nobody else has done it yet
            }
            LayoutHeader.fill(memory, description, dataSize);
        } else if (claim == Claim.ANOTHER) {
            throw LayoutHeader.otherLayout(
                    description, LayoutHeader.description(memory).orElse("no layout that we know"), target());
        }
    }

    @Override
    public void remove() throws ErrnoException {
        Optional<Integer> id = SystemVMemory.find(place.key());
        if (id.isEmpty() || !SystemVMemory.remove(id.get(), target())) {
            throw notFound();
        }
    }
}
