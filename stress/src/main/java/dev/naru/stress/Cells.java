package dev.naru.stress;

import dev.naru.linux.Descriptor;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Memfd;
import dev.naru.linux.MemoryBarrier;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.internal.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
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
    /** The word by which two meet. */
    private static final long MEETING = SIZE - 64;

    private static final int MOST_LOOKS = 100;
    private static final int PAUSES = 4;
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

    /**
     * Lets both actors of a sample begin at once, whatever each did before: a race is in most samples then, and not only in the
     * first of a stride. Not for long: the other may not run.
     */
    static void meet(long cell) {
        long at = cell + MEETING;
        long _ = Words.getAndAdd(MEMORY, at, 1);
        for (int look = 0; look < MOST_LOOKS && Words.getOpaque(MEMORY, at) < 2; look++) {
            Thread.onSpinWait();
        }
    }

    /** Longer than a line of the cache needs from core to core: in that time, the other actor may come between two steps. */
    static void pause() {
        for (int i = 0; i < PAUSES; i++) {
            Thread.onSpinWait();
        }
    }

    /** A fence of all threads of this process: it stands for those in other processes, too. */
    static void fenceOfAll() {
        if (!MemoryBarrier.inThisProcess()) {
            VarHandle.fullFence();
        }
    }

    /** A cell of zeros: where it begins. */
    static long next() {
        long at = (long) (TAKEN.getAndIncrement() & (COUNT - 1)) * SIZE;
        var _ = MEMORY.asSlice(at, SIZE).fill((byte) 0);
        return at;
    }
}
