package dev.naru.bench;

import dev.naru.bench.Work.Wait;
import dev.naru.memory.MessageHandler;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.Waiting;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Ours. */
final class NaruRings implements RingEnds {
    private final RingTask task;

    NaruRings(RingTask task) {
        this.task = task;
    }

    @Override
    public Outlet outlet(String name) throws IOException {
        return new Out(open(name).writer(waiting(task.policy())), task);
    }

    @Override
    public Inlet inlet(String name) throws IOException {
        return new In(open(name).reader(waiting(task.policy())), task);
    }

    private Ring open(String name) throws IOException {
        return Ring.openOrCreate(
                task.folder().resolve(name), RingSpec.manyToOne(task.producers(), task.capacityBytes()));
    }

    @Override
    public void connect() {
        // each side opens or creates
    }

    static Waiting waiting(Wait wait) {
        return switch (wait) {
            case SPIN -> Waiting.busy();
            case ADAPTIVE -> Waiting.adaptive();
            case PARK -> Waiting.park();
        };
    }

    private static final class Out implements Outlet {
        private final RingWriter writer;
        private final MemorySegment source;
        private final int bytes;
        private final boolean small;
        private final int batch;
        private int staged;

        Out(RingWriter writer, RingTask task) {
            this.writer = writer;
            this.source = Outlet.buffer(task.bytes());
            this.bytes = task.bytes();
            this.small = task.isSmall();
            this.batch = task.batch();
        }

        @Override
        public boolean trySend(long number) {
            return small ? trySendSmall(number) : trySendLarge(number);
        }

        private boolean trySendSmall(long number) {
            if (writer.claim(SMALL) != SendOutcome.CLAIMED) {
                return false;
            }
            Outlet.write(writer.memory(), writer.offset(), number);
            if (++staged < batch) {
                writer.stage();
            } else {
                staged = 0;
                writer.commit();
            }
            return true;
        }

        private boolean trySendLarge(long number) {
            if (writer.claim(bytes) != SendOutcome.CLAIMED) {
                return false;
            }
            MemorySegment memory = writer.memory();
            MemorySegment.copy(source, 0, memory, writer.offset(), bytes);
            memory.set(ValueLayout.JAVA_LONG, writer.offset(), number);
            writer.commit();
            return true;
        }

        @Override
        public void awaitRoom() {
            flush();
            Thread.onSpinWait();
        }

        @Override
        public void flush() {
            boolean _ = writer.publish();
        }
    }

    private static final class In extends Inlet implements MessageHandler {
        private final RingReader reader;
        private final MemorySegment target;
        private final boolean small;

        In(RingReader reader, RingTask task) {
            this.reader = reader;
            this.target = Outlet.buffer(task.bytes());
            this.small = task.isSmall();
        }

        @Override
        int poll(int limit) {
            return reader.drain(this, limit);
        }

        @Override
        public void onMessage(MemorySegment memory, long offset, int length) {
            if (small) {
                long number = memory.get(ValueLayout.JAVA_LONG, offset);
                took(
                        number,
                        number
                                + memory.get(ValueLayout.JAVA_LONG, offset + 8)
                                + memory.get(ValueLayout.JAVA_LONG, offset + 16)
                                + memory.get(ValueLayout.JAVA_LONG, offset + 24));
            } else {
                MemorySegment.copy(memory, offset, target, 0, length);
                long number = target.get(ValueLayout.JAVA_LONG, 0);
                took(number, number);
            }
        }

        @Override
        void await() throws IOException, InterruptedException {
            reader.await();
        }
    }
}
