package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Garbage;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pipes make no garbage in the steady state. */
@ExtendWith(NoLeaks.class)
class GarbageTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final int BYTES = 32;

    private final AnonymousPipeFixture fixture = new AnonymousPipeFixture();

    @AfterEach
    void closeAll() throws Exception {
        fixture.close();
    }

    @Test
    void aReadAndAWriteThatNeedNotWaitMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

        // when
        double bytes = Garbage.fewestBytes(() -> {
            int _ = loop.writer().write(buffer.clear());
            int _ = loop.reader().read(buffer.clear());
        });

        // then
        assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
    }

    /** The compiler, which has seen both kinds then, takes other decisions. */
    @Test
    void heapBuffersThatWereUsedBeforeChangeNothing() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer heap = ByteBuffer.allocate(BYTES);
        ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);
        for (int i = 0; i < Garbage.BATCH; i++) {
            int _ = loop.writer().write(heap.clear());
            int _ = loop.reader().read(heap.clear());
        }

        // when
        double bytes = Garbage.fewestBytes(() -> {
            int _ = loop.writer().write(direct.clear());
            int _ = loop.reader().read(direct.clear());
        });

        // then
        assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
    }

    @Test
    void theTimedAndTryFormsMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

        // when
        double bytes = Garbage.fewestBytes(() -> {
            int _ = loop.writer().write(buffer.clear(), LONG);
            int _ = loop.reader().read(buffer.clear(), LONG);
            int _ = loop.writer().tryWrite(buffer.clear());
            int _ = loop.reader().tryRead(buffer.clear());
            int _ = loop.reader().tryRead(buffer.clear());
            int _ = loop.reader().read(buffer.clear(), Duration.ZERO);
        });

        // then
        assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
    }

    @Test
    void aReadThatWaitsForAForeignPeerMakesNone() throws Exception {
        // given a peer that sends back what it gets
        var duplex = new DuplexPipeFixture();
        try (duplex) {
            DuplexPipeFixture.Both both = duplex.both();
            Peer peer = both.peer();
            peer.send("echo " + Garbage.BATCHES * Garbage.BATCH + " " + BYTES);
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
            PipeWriter writer = both.side().writer();
            PipeReader reader = both.side().reader();

            // when
            double bytes = Garbage.fewestBytes(() -> {
                int _ = writer.write(buffer.clear());
                for (buffer.clear(); buffer.hasRemaining(); ) {
                    int _ = reader.read(buffer);
                }
            });

            // then
            assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
        }
    }

    @Test
    void buffersThatAreUsedInTurnMakeNone() throws Exception {
        // given
        var loop = fixture.loopback();
        ByteBuffer[] buffers = new ByteBuffer[4];
        Arrays.setAll(buffers, _ -> ByteBuffer.allocateDirect(BYTES));

        // when
        double bytes = Garbage.fewestBytes(() -> {
            for (ByteBuffer buffer : buffers) {
                int _ = loop.writer().write(buffer.clear());
                int _ = loop.reader().read(buffer.clear());
            }
        });

        // then
        assertThat(bytes).isLessThan(Garbage.SMALLEST_OBJECT);
    }

    @Test
    void aMoveAsksOnceWhatItMovesTo() throws Exception {
        // given
        try (AnonymousPipe target = AnonymousPipe.create()) {
            var loop = fixture.loopback();
            PipeReader source = (PipeReader) loop.reader();
            ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);

            // when
            double bytes = Garbage.fewestBytes(() -> {
                int _ = loop.writer().write(buffer.clear());
                long _ = source.moveTo(target.writer(), BYTES);
                int _ = target.reader().read(buffer.clear());
            });

            // then there is no room for a struct statx and what is made of it
            assertThat(bytes).isLessThan(256);
        }
    }
}
