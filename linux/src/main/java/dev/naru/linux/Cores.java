package dev.naru.linux;

import dev.naru.linux.internal.ProcessCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;

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

    /**
     * Two cores for two processes that are to run at the same time: hardware threads of different cores where the calling
     * thread may use such, otherwise two threads of one core, otherwise the same twice.
     */
    public static Pair pair() throws ErrnoException {
        return pair(allowed(), Cores::siblings);
    }

    static Pair pair(List<Integer> usable, IntFunction<List<Integer>> siblings) {
        int first = usable.getFirst();
        List<Integer> sharing = siblings.apply(first);
        return new Pair(
                first,
                usable.stream()
                        .filter(core -> !sharing.contains(core))
                        .findFirst()
                        .orElse(usable.getLast()));
    }

    private static List<Integer> siblings(int core) {
        Path list = Path.of("/sys/devices/system/cpu/cpu" + core + "/topology/thread_siblings_list");
        try {
            return parse(Files.readString(list, StandardCharsets.US_ASCII).strip());
        } catch (IOException hidden) {
            return List.of(core); // no topology in this container
        }
    }

    /** The kernel's form of a list, such as {@code 0-1,4}. */
    static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            int dash = part.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
            for (int core = from; core <= to; core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /**
     * The cores of two processes.
     *
     * @param first the core of the one
     * @param second the core of the other; the same number where this process may use one only
     */
    public record Pair(int first, int second) {
        /** Whether each has its own. */
        public boolean areTwo() {
            return first != second;
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
