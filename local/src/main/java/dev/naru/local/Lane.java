package dev.naru.local;

import dev.naru.topics.RecordBuffer;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSetting;
import dev.naru.topics.TopicWriter;
import java.io.IOException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A partition that a producer sends to. Its open batch is guarded by the lock of the {@link Accumulator}. */
final class Lane {
    private final Topic topic;
    private final TopicPartition id;
    private final int mostBytes;
    private final boolean isLogTime;
    private @Nullable Batch open;
    private @Nullable TopicWriter writer; // of the sender's thread

    /** A lane whose batches have at most so many bytes, or one record. */
    Lane(Topic topic, int partition, int mostBytes) {
        this.topic = topic;
        this.id = new TopicPartition(topic.name(), partition);
        this.mostBytes = mostBytes;
        this.isLogTime = topic.spec().value(TopicSetting.TIMESTAMP_TYPE) != 0;
    }

    Topic topic() {
        return topic;
    }

    TopicPartition id() {
        return id;
    }

    int mostBytes() {
        return mostBytes;
    }

    /** Whether the log says when its records were made. */
    boolean isLogTime() {
        return isLogTime;
    }

    @Nullable
    Batch open() {
        return open;
    }

    void setOpen(@Nullable Batch batch) {
        open = batch;
    }

    /** Appends these as one batch of the log: the offset of the first one. For the sender's thread. */
    long append(RecordBuffer records) throws IOException, InterruptedException {
        TopicWriter kept = writer;
        if (kept == null) {
            kept = topic.writer(id.partition());
            writer = kept;
        }
        return kept.append(records);
    }
}
