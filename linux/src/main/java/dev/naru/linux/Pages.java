package dev.naru.linux;

import dev.naru.linux.internal.Constants;
import dev.naru.linux.internal.MemoryCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Whole pages straight from the kernel. Unlike memory of malloc(3), they go back to the kernel and not to a neighbour when
 * the arena closes: a pipe that still holds some of them keeps their bytes as they were.
 */
public final class Pages {
    /** The unit that the kernel maps; x86-64 always, aarch64 as nearly all are configured. */
    public static final int SIZE = 4096;

    private Pages() {}

    /**
     * Maps zeroed private pages, present from the start.
     *
     * @param arena its closing unmaps them
     * @param bytes rounded up to whole pages
     * @throws ErrnoException when there is no memory
     */
    @SuppressWarnings("restricted") // gives the mapping its length and its end
    public static MemorySegment map(Arena arena, long bytes) throws ErrnoException {
        long length = (bytes + SIZE - 1) / SIZE * SIZE;
        long address = MemoryCalls.mmap(
                length,
                Constants.PROT_READ | Constants.PROT_WRITE,
                Constants.MAP_PRIVATE | Constants.MAP_ANONYMOUS | Constants.MAP_POPULATE,
                -1,
                0);
        if (address < 0) {
            throw ErrnoException.of((int) -address, "mmap", length + " B");
        }
        return MemorySegment.ofAddress(address).reinterpret(length, arena, pages -> {
            int _ = MemoryCalls.munmap(pages.address(), length);
        });
    }
}
