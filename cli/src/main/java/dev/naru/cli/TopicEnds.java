package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.topics.Cursor;
import dev.naru.topics.Header;
import dev.naru.topics.NewRecord;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Start;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Topics as ends of a relay: records are messages. */
final class TopicEnds {
    private final Context context;
    private final StoreOption store;
    private final Bound from;
    private final boolean exit;

    /**
     * Of this command.
     *
     * @param from where reading begins
     * @param exit whether it ends where the topic ends now
     */
    TopicEnds(Context context, StoreOption store, Bound from, boolean exit) {
        this.context = context;
        this.store = store;
        this.from = from;
        this.exit = exit;
    }

    /** Its records. */
    RelayEnd reader(Address.Topic address) throws IOException {
        OpenTopic opened = store.open(context, address);
        try {
            Map<Integer, Start> starts = new HashMap<>();
            for (PartitionStatus each : opened.topic().describe()) {
                starts.put(each.partition(), from.start(opened.topic(), each));
            }
            Cursor cursor = opened.topic().read(starts);
            Deque<TopicRecord> read = new ArrayDeque<>();
            Inlet in = () -> {
                if (read.isEmpty()) {
                    read.addAll(exit ? cursor.tryPoll() : cursor.poll());
                }
                TopicRecord record = read.poll();
                return record == null ? null : Message.of(record);
            };
            return new RelayEnd.Whole(in, null, opened);
        } catch (IOException | RuntimeException refused) {
            opened.close();
            throw refused;
        }
    }

    /** To be appended to; what was a record already keeps its key, its headers and its time. */
    RelayEnd writer(Address.Topic address) throws IOException {
        OpenTopic opened = store.open(context, address);
        return new RelayEnd.Whole(
                null,
                message -> {
                    var _ = opened.topic().append(newRecord(message));
                },
                opened);
    }

    private static NewRecord newRecord(Message message) {
        TopicRecord record = message.record();
        if (record == null) {
            return NewRecord.of((byte @Nullable []) null, message.bytes());
        }
        NewRecord again = NewRecord.of(record.keyBytes(), record.valueBytes()).withTimestamp(record.timestamp());
        for (Header header : record.headers()) {
            again = again.withHeader(header);
        }
        return again;
    }
}
