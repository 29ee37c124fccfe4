package dev.naru.cli.tour;

import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingWriter;
import dev.naru.memory.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Bytes through a ring: each piece that is written is a message. Closing closes the ring too. */
final class RingStream {
    private RingStream() {}

    static WritableByteChannel writer(Ring ring, Waiting policy) throws IOException {
        return new Writer(ring, ring.writer(policy));
    }

    static ReadableByteChannel reader(Ring ring, Waiting policy) throws IOException {
        return new Reader(ring, ring.reader(policy));
    }

    private record Writer(Ring ring, RingWriter writer) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int before = bytes.remaining();
            int end = bytes.limit();
            try {
                while (bytes.position() < end) {
                    bytes.limit((int) Math.min(end, bytes.position() + writer.maxMessage()));
                    writer.send(bytes);
                }
            } catch (InterruptedException _) {
                throw interrupted();
            } finally {
                bytes.limit(end);
            }
            return before;
        }

        @Override
        public boolean isOpen() {
            return writer.isOpen();
        }

        @Override
        public void close() throws IOException {
            ring.close();
        }
    }

    private static final class Reader implements ReadableByteChannel {
        private final Ring ring;
        private final RingReader reader;

        /** What did not fit into the last buffer. */
        private ByteBuffer left = ByteBuffer.allocate(0);

        Reader(Ring ring, RingReader reader) {
            this.ring = ring;
            this.reader = reader;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int before = into.position();
            try {
                while (!left.hasRemaining() && into.position() == before) {
                    if (reader.drain((memory, offset, length) -> take(into, memory.asSlice(offset, length)), 1) == 0) {
                        reader.await();
                    }
                }
            } catch (InterruptedException _) {
                throw interrupted();
            }
            if (left.hasRemaining() && into.position() == before) {
                int count = Math.min(left.remaining(), into.remaining());
                into.put(left.slice().limit(count));
                left.position(left.position() + count);
            }
            return into.position() - before;
        }

        private void take(ByteBuffer into, MemorySegment message) {
            int count = (int) Math.min(message.byteSize(), into.remaining());
            MemorySegment.ofBuffer(into).asSlice(0, count).copyFrom(message.asSlice(0, count));
            into.position(into.position() + count);
            if (count < message.byteSize()) {
                MemorySegment rest = message.asSlice(count);
                left = ByteBuffer.allocate((int) rest.byteSize());
                MemorySegment.ofBuffer(left).copyFrom(rest);
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

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException();
    }
}
