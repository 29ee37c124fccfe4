package dev.naru.cli;

import dev.naru.linux.Problem;
import dev.naru.topics.Cursor;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.ReadOptions;
import dev.naru.topics.Start;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads partitions of a topic from their starts on and prints the records, until all have come that were asked for. */
final class TopicReading {
    private final OpenTopic opened;
    private final RecordPrinter printer;
    private final Map<Integer, Start> starts = new TreeMap<>();
    private final Map<Integer, Long> ends = new HashMap<>();
    private final ReadOptions options;
    private final MissedRecords missed;
    private long printed;

    TopicReading(Context context, OpenTopic opened, RecordPrinter printer, ReadOptions options) {
        this.options = options;
        this.missed = new MissedRecords(context, opened);
        this.opened = opened;
        this.printer = printer;
    }

    /** Reads that partition too. */
    void from(int partition, Start start) {
        starts.put(partition, start);
    }

    /** And no further than to that offset, which is not read any more. */
    void to(int partition, long offset) {
        ends.merge(partition, offset, Math::min);
    }

    /** How many were printed. */
    long printed() {
        return printed;
    }

    /**
     * Reads and prints.
     *
     * @param most how many records at most
     * @param follow wait for more when all is read that there is; else end
     * @param patience how long for each
     */
    void run(long most, boolean follow, Duration patience) throws IOException, InterruptedException, CliException {
        try (Cursor cursor = opened.topic().read(starts, options)) {
            while (printed < most && !isDone(cursor)) {
                List<TopicRecord> records = cursor.tryPoll();
                missed.say(cursor.missed());
                for (TopicRecord record : records) {
                    if (printed < most && record.offset() < end(record.partition())) {
                        printer.print(record);
                        printed++;
                    }
                }
                if (records.isEmpty()) {
                    printer.flush();
                    if (!follow) {
                        return;
                    }
                    if (!cursor.await(patience)) {
                        throw new CliException(
                                Problem.TIMED_OUT, opened.address().toString());
                    }
                }
            }
        } finally {
            printer.flush();
        }
    }

    private long end(int partition) {
        return ends.getOrDefault(partition, Long.MAX_VALUE);
    }

    private boolean isDone(Cursor cursor) {
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            if (cursor.position(end.getKey()) < end.getValue()) {
                return false;
            }
        }
        return ends.size() == starts.size();
    }

    /**
     * The last so many of the topic as it is now, by their time; what comes after them is read on from there.
     *
     * @param most how many of them at most, the first ones
     */
    void printLast(int count, long most, List<PartitionStatus> now) throws IOException, CliException {
        Map<Integer, Start> last = new TreeMap<>();
        for (PartitionStatus each : now) {
            last.put(each.partition(), new Bound.Last(count).start(opened.topic(), each));
        }
        List<TopicRecord> found = new ArrayList<>();
        try (Cursor cursor = opened.topic().read(last, options)) {
            for (List<TopicRecord> some = cursor.tryPoll(); !some.isEmpty(); some = cursor.tryPoll()) {
                some.stream()
                        .filter(record -> record.offset() < next(now, record))
                        .forEach(found::add);
            }
        }
        if (now.size() > 1) {
            found.sort((a, b) -> Long.compare(a.timestamp(), b.timestamp())); // stable: each partition keeps its order
        }
        for (TopicRecord record : found.subList(Math.max(0, found.size() - count), found.size())) {
            if (printed < most) {
                printer.print(record);
                printed++;
            }
        }
        printer.flush();
    }

    private static long next(List<PartitionStatus> now, TopicRecord record) {
        return now.stream()
                .filter(each -> each.partition() == record.partition())
                .mapToLong(PartitionStatus::next)
                .findFirst()
                .orElse(0);
    }
}
