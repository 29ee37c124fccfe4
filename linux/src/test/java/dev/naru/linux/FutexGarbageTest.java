package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Waiting on a platform thread, waking, and looking at a lock make no garbage: of many batches, when the compiler has seen
 * enough, one allocates less than an object a round.
 */
class FutexGarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCHES = 400;
    private static final int BATCH = 1000;
    private static final double SMALLEST_OBJECT = 16;

    /** What is measured. */
    private interface Round {
        void run() throws Exception;
    }

    /** The fewest bytes a round that a batch allocated in this thread. */
    private static double fewestBytes(Round round) throws Exception {
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

    @Test
    void sleepingAndWaking() throws Exception {
        try (Descriptor memfd = Memfd.create("words", false);
                Sleepers sleepers = Sleepers.create()) {
            FileSpace.reserve(memfd, 0, 4096, "words");
            try (SharedMapping mapping = SharedMapping.map(memfd, 4096, SharedMapping.Options.WRITABLE, "words")) {
                MemorySegment memory = mapping.segment();
                assertThat(fewestBytes(() -> {
                            var _ = Futex.await(memory, 0, 0, System.nanoTime() + 1000, sleepers);
                            var _ = Futex.await(memory, 0, 1, Poller.NEVER, sleepers);
                            int _ = Futex.wake(memory, 0, 1);
                        }))
                        .isLessThan(SMALLEST_OBJECT);
            }
        }
    }

    @Test
    void lookingAtALock() throws Exception {
        try (Descriptor memfd = Memfd.create("lock", false)) {
            OpenFileLock lock = OpenFileLock.of(memfd, "lock");
            assertThat(fewestBytes(() -> {
                        boolean _ = lock.isLocked(1L << 62);
                    }))
                    .isLessThan(SMALLEST_OBJECT);
        }
    }
}
