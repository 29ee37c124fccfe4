package dev.naru.linux.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * How garbage is measured: of many batches, when the compiler has seen enough, one allocates less than an object a round. A call that made
 * one each time would show in all. It is not exactly nothing, since each downcall of the JDK slices its errno segment, which the
 * compiler does not always see through; that it is 0 B/op is what the benchmarks show.
 */
public final class Garbage {
    /** How many batches at most. */
    public static final int BATCHES = 400;
    /** How many rounds each has. */
    public static final int BATCH = 5_000;
    /** What one object takes at least, in bytes. */
    public static final double SMALLEST_OBJECT = 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Garbage() {}

    /** One use of what is measured. */
    @FunctionalInterface
    public interface Round {
        /** Does it. */
        void run() throws Exception;
    }

    /** The fewest bytes a round that a batch allocated in this thread. */
    public static double fewestBytes(Round round) throws Exception {
        double fewest = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES && fewest >= SMALLEST_OBJECT; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                round.run();
            }
            fewest = Math.min(fewest, (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) BATCH);
        }
        return fewest;
    }
}
