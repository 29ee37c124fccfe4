package dev.naru.local;

import dev.naru.topics.Appended;
import dev.naru.topics.NewRecord;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Appends batches to one partition: in place, or as objects where records have headers. For one thread. */
final class BatchAppender {
    private final Topic topic;
    private final int partition;
    private @Nullable TopicWriter writer;

    BatchAppender(Topic topic, int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    /** Appends it as one batch of the log: the offset of its first record. */
    long append(Batch batch) throws IOException, InterruptedException {
        return batch.hasHeaders() ? appendObjects(batch.records()) : appendInPlace(batch);
    }

    private long appendInPlace(Batch batch) throws IOException, InterruptedException {
        TopicWriter into = writer();
        List<PendingRecord> records = batch.records();
        PendingRecord first = records.getFirst();
        boolean written = false;
        if (records.size() == 1) { // exactly: the topic may allow no more
            into.claim(first.keyLength(), first.valueLength(), first.timestamp());
        } else {
            into.claim((int) batch.bytes());
        }
        try {
            for (int i = 0; i < records.size(); i++) {
                PendingRecord record = records.get(i);
                if (records.size() > 1 && !into.next(record.keyLength(), record.valueLength(), record.timestamp())) {
                    throw new IllegalStateException("less was claimed than " + records.size() + " records take");
                }
                copy(record.key(), into.memory(), into.keyOffset());
                copy(record.value(), into.memory(), into.valueOffset());
            }
            written = true;
        } finally {
            if (!written) {
                into.abort();
            }
        }
        return into.publish();
    }

    private TopicWriter writer() throws IOException {
        TopicWriter kept = writer;
        if (kept == null) {
            kept = topic.writer(partition);
            writer = kept;
        }
        return kept;
    }

    private static void copy(byte @Nullable [] bytes, MemorySegment memory, long at) {
        if (bytes != null) {
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, bytes.length);
        }
    }

    private long appendObjects(List<PendingRecord> records) throws IOException, InterruptedException {
        List<NewRecord> made = new ArrayList<>(records.size());
        for (PendingRecord record : records) {
            NewRecord one = NewRecord.of(record.key(), record.value())
                    .withTimestamp(record.timestamp())
                    .toPartition(partition);
            for (Header header : record.headerArray()) {
                one = one.withHeader(dev.naru.topics.Header.of(header.key(), header.value()));
            }
            made.add(one);
        }
        List<Appended> answers = topic.append(made);
        return answers.getFirst().offset();
    }
}
