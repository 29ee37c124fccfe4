package dev.naru.cli.tour;

import dev.naru.memory.Waiting;
import dev.naru.topics.Cursor;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** Bytes through a topic: each piece that is written is a record. Closing closes the store too. */
final class TopicStream {
    private TopicStream() {}

    static WritableByteChannel writer(Path folder, String name) throws IOException {
        Store store = Store.open(folder);
        try {
            return new Writer(store, store.open(name).writer(0));
        } catch (IOException refused) {
            store.close();
            throw refused;
        }
    }

    static ReadableByteChannel reader(Path folder, String name) throws IOException {
        Store store = Store.open(folder);
        try {
            Topic topic = store.open(name);
            return new Reader(store, topic.read(0, Start.earliest(), Waiting.adaptive()));
        } catch (IOException refused) {
            store.close();
            throw refused;
        }
    }

    private static final class Writer implements WritableByteChannel {
        private static final int PIECE = 64 * 1024;

        private final Store store;
        private final TopicWriter writer;
        private volatile boolean closed;

        Writer(Store store, TopicWriter writer) {
            this.store = store;
            this.writer = writer;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int before = bytes.remaining();
            try {
                while (bytes.hasRemaining()) {
                    int count = Math.min(bytes.remaining(), PIECE);
                    writer.claim(TopicWriter.NONE, count, System.currentTimeMillis());
                    MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, writer.memory(), writer.valueOffset(), count);
                    bytes.position(bytes.position() + count);
                    long _ = writer.publish();
                }
            } catch (InterruptedException _) {
                throw PieceReader.interrupted();
            }
            return before;
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            store.close();
        }
    }

    private static final class Reader extends PieceReader {
        private final Store store;
        private final Cursor cursor;

        Reader(Store store, Cursor cursor) {
            this.store = store;
            this.cursor = cursor;
        }

        @Override
        void next(ByteBuffer into) throws IOException, InterruptedException {
            if (cursor.drain(
                            record -> take(into, record.memory().asSlice(record.valueOffset(), record.valueLength())),
                            1)
                    == 0) {
                cursor.await();
            }
        }

        @Override
        public boolean isOpen() {
            return cursor.isOpen();
        }

        @Override
        public void close() throws IOException {
            store.close();
        }
    }
}
