package dev.naru.bench;

import dev.naru.topics.Cursor;
import dev.naru.topics.RecordHandler;
import dev.naru.topics.RecordView;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Ours: a topic with one partition. */
final class NaruLog implements RaceLog {
    private final Store store;
    private final Topic topic;
    private final LogTask task;

    NaruLog(Path folder, LogTask task) throws IOException {
        this.task = task;
        this.store = Store.openOrCreate(folder);
        TopicSpec spec = TopicSpec.partitions(1);
        this.topic = store.openOrCreate("log", task.flushed() ? spec.withFlushBeforeAnswer() : spec);
    }

    @Override
    public Appender appender() throws IOException {
        return task.batch() == 1 ? new One(topic.writer(0), task.bytes()) : new Many(topic.writer(0), task);
    }

    @Override
    public Tailer tailer(Sink sink) throws IOException {
        return new Tail(topic.read(0, Start.earliest(), NaruRings.waiting(task.policy())), sink);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    private static void write(TopicWriter writer, MemorySegment source, long number, int bytes) {
        MemorySegment memory = writer.memory();
        MemorySegment.copy(source, 0, memory, writer.valueOffset(), bytes);
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, writer.valueOffset(), number);
    }

    /** Each record as a batch of its own. */
    private static final class One implements Appender {
        private final TopicWriter writer;
        private final MemorySegment source;
        private final int bytes;

        One(TopicWriter writer, int bytes) {
            this.writer = writer;
            this.source = Outlet.buffer(bytes);
            this.bytes = bytes;
        }

        @Override
        public void append(long number) throws IOException, InterruptedException {
            writer.claim(TopicWriter.NONE, bytes, 1);
            write(writer, source, number, bytes);
            long _ = writer.publish();
        }

        @Override
        public void close() {}
    }

    /** Many records to a batch. */
    private static final class Many implements Appender {
        private final TopicWriter writer;
        private final MemorySegment source;
        private final int bytes;
        private final int batch;
        private final int most;
        private int left;

        Many(TopicWriter writer, LogTask task) {
            this.writer = writer;
            this.source = Outlet.buffer(task.bytes());
            this.bytes = task.bytes();
            this.batch = task.batch();
            this.most = TopicWriter.BATCH_OVERHEAD + batch * TopicWriter.mostBytes(0, bytes);
        }

        @Override
        public void append(long number) throws IOException, InterruptedException {
            if (left == 0) {
                writer.claim(most);
                left = batch;
            }
            boolean _ = writer.next(TopicWriter.NONE, bytes, 1);
            write(writer, source, number, bytes);
            if (--left == 0) {
                long _ = writer.publish();
            }
        }

        @Override
        public void flush() throws IOException {
            if (left > 0) {
                left = 0;
                long _ = writer.publish();
            }
        }

        @Override
        public void close() {}
    }

    private static final class Tail implements Tailer, RecordHandler {
        private final Cursor cursor;
        private final Sink sink;

        Tail(Cursor cursor, Sink sink) {
            this.cursor = cursor;
            this.sink = sink;
        }

        @Override
        public int poll(int limit) throws IOException {
            return cursor.drain(this, limit);
        }

        @Override
        public void onRecord(RecordView record) {
            sink.took(record.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, record.valueOffset()));
        }

        @Override
        public void await() throws IOException, InterruptedException {
            cursor.await();
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
