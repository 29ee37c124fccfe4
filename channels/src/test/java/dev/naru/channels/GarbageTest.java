package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The steady state makes no garbage: of many batches, when the compiler has seen enough, one allocates less than an object a
 * round. A call that made one each time would show in all. It is not exactly nothing, since each downcall of the JDK slices
 * its errno segment, which the compiler does not always see through; that it is 0 B/op is what the benchmarks show.
 */
@ExtendWith(NoLeaks.class)
class GarbageTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Duration LONG = Duration.ofHours(1);
    private static final int BATCHES = 400;
    private static final int BATCH = 5_000;
    private static final int BYTES = 32;
    private static final double SMALLEST_OBJECT = 16;

    private final AnonymousPipeFixture fixture = new AnonymousPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    /** One use of a channel. */
    private interface Round {
        void run() throws IOException;
    }

    /** The fewest bytes a round that a batch allocated in this thread. */
    private static double fewestBytes(Round round) throws IOException {
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
    void aReadAndAWriteThatNeedNotWaitMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

        // when
        double bytes = fewestBytes(() -> {
            int _ = loop.writer().write(buffer.clear());
            int _ = loop.reader().read(buffer.clear());
        });

        // then
        assertThat(bytes).isLessThan(SMALLEST_OBJECT);
    }

    /** The compiler, which has seen both kinds then, takes other decisions. */
    @Test
    void heapBuffersThatWereUsedBeforeChangeNothing() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer heap = ByteBuffer.allocate(BYTES);
        ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
        for (int i = 0; i < BATCH; i++) {
            int _ = loop.writer().write(heap.clear());
            int _ = loop.reader().read(heap.clear());
        }

        // when
        double bytes = fewestBytes(() -> {
            int _ = loop.writer().write(direct.clear());
            int _ = loop.reader().read(direct.clear());
        });

        // then
        assertThat(bytes).isLessThan(SMALLEST_OBJECT);
    }

    @Test
    void theTimedAndTryFormsMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

        // when
        double bytes = fewestBytes(() -> {
            int _ = loop.writer().write(buffer.clear(), LONG);
            int _ = loop.reader().read(buffer.clear(), LONG);
            int _ = loop.writer().tryWrite(buffer.clear());
            int _ = loop.reader().tryRead(buffer.clear());
            int _ = loop.reader().tryRead(buffer.clear());
            int _ = loop.reader().read(buffer.clear(), Duration.ZERO);
        });

        // then
        assertThat(bytes).isLessThan(SMALLEST_OBJECT);
    }

    @Test
    void aReadThatWaitsForAForeignPeerMakesNone() throws Exception {
        // given a peer that sends back what it gets
        var duplex = new DuplexPipeFixture();
        try (duplex) {
            DuplexPipeFixture.Both both = duplex.both();
            Peer peer = both.peer();
            peer.send("echo " + BATCHES * BATCH + " " + BYTES);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
            PipeWriter writer = both.side().writer();
            PipeReader reader = both.side().reader();

            // when
            double bytes = fewestBytes(() -> {
                int _ = writer.write(buffer.clear());
                for (buffer.clear(); buffer.hasRemaining(); ) {
                    int _ = reader.read(buffer);
                }
            });

            // then
            assertThat(bytes).isLessThan(SMALLEST_OBJECT);
        }
    }

    @Test
    void buffersThatAreUsedInTurnMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer[] buffers = new ByteBuffer[4];
        Arrays.setAll(buffers, _ -> ByteBuffer.allocateDirect(BYTES));

        // when
        double bytes = fewestBytes(() -> {
            for (ByteBuffer buffer : buffers) {
                int _ = loop.writer().write(buffer.clear());
                int _ = loop.reader().read(buffer.clear());
            }
        });

        // then
        assertThat(bytes).isLessThan(SMALLEST_OBJECT);
    }

    @Test
    void aMoveAsksOnceWhatItMovesTo() throws Exception {
        // given
        try (AnonymousPipe target = AnonymousPipe.create()) {
            var loop = fixture.loopback();
            PipeReader source = (PipeReader) loop.reader();
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

            // when
            double bytes = fewestBytes(() -> {
                int _ = loop.writer().write(buffer.clear());
                long _ = source.moveTo(target.writer(), BYTES);
                int _ = target.reader().read(buffer.clear());
            });

            // then there is no room for a struct statx and what is made of it
            assertThat(bytes).isLessThan(256);
        }
    }
}
