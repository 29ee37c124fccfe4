package dev.naru.linux;

import dev.naru.linux.internal.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;

/**
 * On which cores a thread runs (sched_setaffinity(2)). For measuring: where two processes run decides what a wake costs.
 */
public final class Cores {
    private static final long SIZEOF_CPU_SET = 128; // cpu_set_t of <sched.h>: 1024 cores

    private Cores() {}

    /** The cores that the calling platform thread may run on, lowest first. */
    public static List<Integer> allowed() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIZEOF_CPU_SET, Long.BYTES);
            int answer = ProcessCalls.schedGetaffinity(0, SIZEOF_CPU_SET, set);
            if (answer < 0) {
                throw ErrnoException.of(-answer, "sched_getaffinity", "this thread");
            }
            return BitSet.valueOf(set.asByteBuffer()).stream().boxed().toList();
        }
    }

    /** Keeps the calling platform thread, and the threads it starts from now on, on one core. */
    public static void pin(int core) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIZEOF_CPU_SET, Long.BYTES);
            BitSet cores = new BitSet();
            cores.set(core);
            byte[] bits = cores.toByteArray();
            MemorySegment.copy(MemorySegment.ofArray(bits), 0, set, 0, bits.length);
            int answer = ProcessCalls.schedSetaffinity(0, SIZEOF_CPU_SET, set);
            if (answer < 0) {
                throw ErrnoException.of(-answer, "sched_setaffinity", "core " + core);
            }
        }
    }
}
