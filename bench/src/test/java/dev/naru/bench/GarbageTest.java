package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.DuplexPipe;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.testing.NoLeaks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Reads and writes with direct buffers make no garbage once the code is compiled. What this counts is JMH's {@code
 * gc.alloc.rate.norm}, but of the one thread alone: JMH's own threads make some KiB a second, which is much for the calls
 * that wait.
 */
@ExtendWith(NoLeaks.class)
class GarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final double NONE = 0.1; // B/op: less than one object in a hundred and fifty calls

    /** A batch of calls is clean when what it allocated, spread over its calls, is below {@link #NONE}. */
    private static final int BATCH = 10_000;

    private static final int CLEAN_BATCHES = 3;
    private static final int MOST_BATCHES = 500;

    /** One operation of the steady state. */
    interface Operation {
        void run() throws IOException;
    }

    @Test
    void aMessageWithoutWaiting() throws Exception {
        assertNoGarbage(32, pipe -> buffer -> {
            int _ = pipe.writer().write(buffer.clear());
            int _ = pipe.reader().read(buffer.clear());
        });
    }

    @Test
    void aPieceOf64KWithoutWaiting() throws Exception {
        assertNoGarbage(64 * 1024, pipe -> buffer -> {
            int _ = pipe.writer().write(buffer.clear());
            int _ = pipe.reader().read(buffer.clear());
        });
    }

    /** Records packed into one buffer, as a batch is: each call begins where the last ended. */
    @Test
    void aMessageAtChangingPositions() throws Exception {
        assertNoGarbage(4 * 32, pipe -> buffer -> {
            for (buffer.clear(); buffer.position() < 4 * 32; ) {
                int _ = pipe.writer().write(buffer.limit(buffer.position() + 32));
            }
            for (buffer.clear(); buffer.position() < 4 * 32; ) {
                int _ = pipe.reader().read(buffer.limit(buffer.position() + 32));
            }
        });
    }

    @Test
    void theTryForms() throws Exception {
        assertNoGarbage(32, pipe -> buffer -> {
            int _ = pipe.writer().tryWrite(buffer.clear());
            int _ = pipe.reader().tryRead(buffer.clear());
            assertThatNothingIsLeft(pipe.reader().tryRead(buffer.clear()));
        });
    }

    private static void assertThatNothingIsLeft(int read) {
        if (read != 0) {
            throw new AssertionError("read " + read);
        }
    }

    @Test
    void aRoundTripThatParks() throws Exception {
        // given a process that answers, and not before we sleep: as a batch job it takes no core from us when it wakes
        try (DuplexPipe pipe = DuplexPipe.create()) {
            ChildProcess cat = Command.of("chrt", "--batch", "0", "cat")
                    .stdin(pipe.far().reader())
                    .stdout(pipe.far().writer())
                    .start();
            try {
                ByteBuffer message = ByteBuffer.allocateDirect(32);

                // when, then
                assertNoGarbage(BATCH / 2, () -> {
                    int _ = pipe.near().write(message.clear());
                    int _ = pipe.near().read(message.clear());
                });
            } finally {
                boolean _ = cat.kill();
            }
        }
    }

    private static void assertNoGarbage(int bytes, Function<AnonymousPipe, Call> calls) throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
            Call call = calls.apply(pipe);
            assertNoGarbage(0, () -> call.with(buffer));
        }
    }

    /** What is done with the buffer. */
    interface Call {
        void with(ByteBuffer buffer) throws IOException;
    }

    /**
     * Until some batches in a row are clean. Before that, calls that are not compiled yet may make garbage.
     *
     * @param leastSleeps how often a batch has to wait, or it counts for nothing
     */
    private static void assertNoGarbage(long leastSleeps, Operation operation) throws IOException {
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
