package dev.naru.cli.tour;

import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Bytes through a ring: each piece that is written is a message. Closing closes the ring too. */
final class RingStream {
    private RingStream() {}

    static WritableByteChannel writer(Ring ring, Waiting policy) throws IOException {
        return new PieceWriter(ring.writer(policy), ring);
    }

    static ReadableByteChannel reader(Ring ring, Waiting policy) throws IOException {
        return new Reader(ring, ring.reader(policy));
    }

    private static final class Reader extends PieceReader {
        private final Ring ring;
        private final RingReader reader;

        Reader(Ring ring, RingReader reader) {
            this.ring = ring;
            this.reader = reader;
        }

        @Override
        void next(ByteBuffer into) throws IOException, InterruptedException {
            if (reader.drain((memory, offset, length) -> take(into, memory.asSlice(offset, length)), 1) == 0) {
                reader.await();
            }
        }

        @Override
        public boolean isOpen() {
            return reader.isOpen();
        }

        @Override
        public void close() throws IOException {
            ring.close();
        }
    }
}
