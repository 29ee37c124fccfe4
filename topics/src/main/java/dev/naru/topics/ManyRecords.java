package dev.naru.topics;

import dev.naru.topics.internal.BatchWriter;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.RecordWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Records that are appended to one partition as one batch. */
final class ManyRecords {
    private final List<RecordWriter> writers = new ArrayList<>();
    private final List<Long> timestamps = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private long bytes = BatchWriter.OVERHEAD;

    /**
     * Adds one.
     *
     * @param place which one of those that were asked for
     */
    void add(RecordWriter writer, long timestamp, int place) {
        writers.add(writer);
        timestamps.add(timestamp);
        places.add(place);
        bytes += writer.bytes(timestamp - timestamps.getFirst(), writers.size() - 1);
    }

    /** What the batch takes before it is compressed. */
    int bytes() {
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /** Appends them, and says where they are. */
    void append(Partition partition, int number, Appended[] answers) throws IOException, InterruptedException {
        BatchWriter batch = partition.claim(bytes());
        boolean written = false;
        try {
            for (int i = 0; i < writers.size(); i++) {
                writers.get(i).write(batch, timestamps.get(i));
            }
            written = true;
        } finally {
            if (!written) {
                partition.abandon();
            }
        }
        long first = partition.publish();
        for (int i = 0; i < places.size(); i++) {
            answers[places.get(i)] = new Appended(number, first + i);
        }
    }
}
