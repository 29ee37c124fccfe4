package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts what the calling thread allocates. It is JMH's {@code gc.alloc.rate.norm}, but of the one thread alone: JMH's own
 * threads make some KiB a second, which is much for the calls that wait.
 */
final class Garbage {
    /** A batch of calls is clean when what it allocated, spread over its calls, is below {@link #NONE}. */
    static final int BATCH = 10_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final double NONE = 0.1; // B/op: less than one object in a hundred and fifty calls
    private static final int CLEAN_BATCHES = 3;
    private static final int MOST_BATCHES = 500;

    private Garbage() {}

    /** One operation of the steady state. */
    interface Operation {
        void run() throws Exception;
    }

    /**
     * Until some batches in a row are clean. Before that, calls that are not compiled yet may make garbage.
     *
     * @param leastSleeps how often a batch has to wait, or it counts for nothing
     */
    static void assertNone(long leastSleeps, Operation operation) throws Exception {
        double norm = Double.MAX_VALUE;
        long slept = 0;
        int clean = 0;
        for (int batch = 0; batch < MOST_BATCHES && clean < CLEAN_BATCHES; batch++) {
            long sleptBefore = timesSlept();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                operation.run();
            }
            norm = (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) BATCH;
            slept = timesSlept() - sleptBefore;
            clean = norm < NONE && slept >= leastSleeps ? clean + 1 : 0;
        }
        assertThat(clean)
                .as("clean batches in a row; the last one allocated %s B/op and slept %s times", norm, slept)
                .isEqualTo(CLEAN_BATCHES);
    }

    /** How often this thread has given up its core to wait. */
    private static long timesSlept() throws IOException {
        String mark = "voluntary_ctxt_switches:";
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith(mark))
                .mapToLong(line -> Long.parseLong(line.substring(mark.length()).strip()))
                .findFirst()
                .orElseThrow();
    }
}
