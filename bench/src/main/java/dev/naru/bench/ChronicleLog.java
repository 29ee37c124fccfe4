package dev.naru.bench;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;

/**
 * Chronicle Queue at its best setting, found by trying (docs/performance.md): whole records by {@code writeBytes}, blocks of
 * 64 MiB, and an index entry for 64 records in files of a day. It has no way to publish several at a time.
 */
final class ChronicleLog implements RaceLog {
    private static final int BLOCK = 64 << 20;

    private final ChronicleQueue queue;
    private final int bytes;

    ChronicleLog(Path folder, LogTask task) {
        this.bytes = task.bytes();
        this.queue = SingleChronicleQueueBuilder.binary(folder)
                .blockSize(BLOCK)
                .rollCycle(LargeRollCycles.LARGE_DAILY)
                .build();
    }

    @Override
    public Appender appender() {
        return new Append(queue.createAppender(), bytes);
    }

    @Override
    public Tailer tailer(Sink sink) {
        return new Tail(queue.createTailer(), sink);
    }

    @Override
    public void close() {
        queue.close();
    }

    private static final class Append implements Appender {
        private final ExcerptAppender appender;
        private final Bytes<?> record;

        Append(ExcerptAppender appender, int bytes) {
            this.appender = appender;
            this.record = Bytes.allocateDirect(bytes);
            for (int i = 0; i < bytes; i++) {
                var _ = record.writeByte((byte) 1);
            }
        }

        @Override
        public void append(long number) {
            var _ = record.writeLong(0, number);
            appender.writeBytes(record);
        }

        @Override
        public void close() {
            appender.close();
        }
    }

    private static final class Tail implements Tailer {
        private final ExcerptTailer tailer;
        private final Sink sink;

        Tail(ExcerptTailer tailer, Sink sink) {
            this.tailer = tailer;
            this.sink = sink;
        }

        @Override
        public int poll(int limit) {
            int got = 0;
            while (got < limit) {
                try (DocumentContext document = tailer.readingDocument()) {
                    Wire wire = document.wire();
                    if (!document.isPresent() || wire == null) {
                        return got;
                    }
                    Bytes<?> record = wire.bytes();
                    sink.took(record.readLong(record.readPosition()));
                    got++;
                }
            }
            return got;
        }

        @Override
        public void await() {
            Thread.onSpinWait();
        }

        @Override
        public void close() {
            tailer.close();
        }
    }
}
