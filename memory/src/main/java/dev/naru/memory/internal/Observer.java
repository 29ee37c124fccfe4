package dev.naru.memory.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.OpenFileLock;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.Identity;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.SharedFile.Place;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Looks at a shared file, open for reading alone, and is no member of it. Thread-safe. */
public final class Observer implements Closeable {
    private final Descriptor file;
    private final SharedMapping mapping;
    private final OpenFileLock locks;

    private Observer(Descriptor file, SharedMapping mapping, OpenFileLock locks) {
        this.file = file;
        this.mapping = mapping;
        this.locks = locks;
    }

    /** Opens it. */
    public static Observer open(Place place, Kind kind) throws IOException {
        Descriptor file = place.open(false);
        try {
            SharedMapping mapping = SharedFile.map(file, SharedMapping.Options.READ_ONLY, place.target(), kind);
            return new Observer(file, mapping, OpenFileLock.of(file, place.target()));
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** The whole file; stores throw. */
    public MemorySegment memory() {
        return mapping.segment();
    }

    /** Who that is. */
    public Identity identity(long id) throws ErrnoException {
        return Member.identity(memory(), id, Member.canBe(id) && locks.isLocked(Member.LOCK_BASE + id));
    }

    @Override
    public void close() {
        file.close();
        mapping.close();
    }
}
