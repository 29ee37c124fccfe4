package dev.naru.bench;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffers, each over a file that both processes map. It publishes every message. */
final class AgronaRings implements RingEnds {
    private static final int TYPE = 1;

    private final RingTask task;

    AgronaRings(RingTask task) {
        this.task = task;
    }

    @Override
    public Outlet outlet(String name) throws IOException {
        return new Out(open(name), task);
    }

    @Override
    public Inlet inlet(String name) throws IOException {
        return new In(open(name), task);
    }

    private RingBuffer open(String name) throws IOException {
        int size = task.capacityBytes() + RingBufferDescriptor.TRAILER_LENGTH;
        try (FileChannel file = FileChannel.open(
                task.folder().resolve(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            MappedByteBuffer memory =
                    file.map(FileChannel.MapMode.READ_WRITE, 0, size); // new bytes are 0: an empty ring
            UnsafeBuffer buffer = new UnsafeBuffer(memory);
            return task.producers() == 1 ? new OneToOneRingBuffer(buffer) : new ManyToOneRingBuffer(buffer);
        }
    }

    @Override
    public void connect() {
        // each side makes the file
    }

    private static final class Out implements Outlet {
        private final RingBuffer ring;
        private final UnsafeBuffer buffer;
        private final UnsafeBuffer source;
        private final int bytes;
        private final boolean small;

        Out(RingBuffer ring, RingTask task) {
            this.ring = ring;
            this.buffer = new UnsafeBuffer(ring.buffer());
            this.source = new UnsafeBuffer(OneWayRoles.pages(task.bytes()));
            this.bytes = task.bytes();
            this.small = task.isSmall();
        }

        @Override
        public boolean trySend(long number) {
            return small ? trySendSmall(number) : trySendLarge(number);
        }

        private boolean trySendSmall(long number) {
            int index = ring.tryClaim(TYPE, SMALL);
            if (index < 0) {
                return false;
            }
            buffer.putLong(index, number);
            buffer.putLong(index + 8, number);
            buffer.putLong(index + 16, number);
            buffer.putLong(index + 24, number);
            ring.commit(index);
            return true;
        }

        private boolean trySendLarge(long number) {
            int index = ring.tryClaim(TYPE, bytes);
            if (index < 0) {
                return false;
            }
            buffer.putBytes(index, source, 0, bytes);
            buffer.putLong(index, number);
            ring.commit(index);
            return true;
        }

        @Override
        public void awaitRoom() {
            Thread.onSpinWait();
        }

        @Override
        public void flush() {
            // each message is published
        }
    }

    private static final class In extends Inlet implements MessageHandler {
        private final RingBuffer ring;
        private final UnsafeBuffer target;
        private final boolean small;

        In(RingBuffer ring, RingTask task) {
            this.ring = ring;
            this.target = new UnsafeBuffer(OneWayRoles.pages(task.bytes()));
            this.small = task.isSmall();
        }

        @Override
        int poll(int limit) {
            return ring.read(this, limit);
        }

        @Override
        public void onMessage(int type, MutableDirectBuffer memory, int index, int length) {
            if (small) {
                long number = memory.getLong(index);
                took(
                        number,
                        number + memory.getLong(index + 8) + memory.getLong(index + 16) + memory.getLong(index + 24));
            } else {
                memory.getBytes(index, target, 0, length);
                long number = target.getLong(0);
                took(number, number);
            }
        }

        @Override
        void await() {
            Thread.onSpinWait();
        }
    }
}
