package dev.naru.stress;

import dev.naru.linux.Descriptor;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Memfd;
import dev.naru.linux.SharedMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pieces of shared memory, one for each sample: a ring or a lock of its own would be a dozen system calls for a
 * nanosecond's race. All lie in one mapping of a memfd.
 *
 * <p>They are handed out in turn. A cell comes again after many more samples than live at once (see
 * {@link Jcstress#SAMPLES}).
 */
final class Cells {
    /** The bytes of a cell: the words of a lane, a bell and a frame. */
    static final int SIZE = 1024;

    static final MemorySegment MEMORY = map();
    private static final int COUNT = 8 * Jcstress.SAMPLES;
    private static final AtomicInteger TAKEN = new AtomicInteger();

    private Cells() {}

    private static MemorySegment map() {
        long bytes = 8L * Jcstress.SAMPLES * SIZE;
        try (Descriptor file = Memfd.create("naru-stress", false)) {
            FileSpace.reserve(file, 0, bytes, "memfd:naru-stress");
            return SharedMapping.map(file, bytes, SharedMapping.Options.WRITABLE, "memfd:naru-stress")
                    .segment(); // until the process ends
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** A cell of zeros: where it begins. */
    static long next() {
        long at = (long) (TAKEN.getAndIncrement() & (COUNT - 1)) * SIZE;
        var _ = MEMORY.asSlice(at, SIZE).fill((byte) 0);
        return at;
    }
}
