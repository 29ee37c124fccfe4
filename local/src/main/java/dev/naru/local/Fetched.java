package dev.naru.local;

import dev.naru.topics.TopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Records that a source gave and that were not handed on yet. For the consumer's thread. */
final class Fetched {
    private List<TopicRecord> records = List.of();
    private int at;

    boolean isEmpty() {
        return at == records.size();
    }

    /** Takes these in, when it is empty. */
    void fill(List<TopicRecord> more) {
        records = more;
        at = 0;
    }

    int size() {
        return records.size() - at;
    }

    /** The next one, which is there. */
    TopicRecord peek() {
        return records.get(at);
    }

    /** That one was handed on. */
    void pass() {
        at++;
        if (isEmpty()) {
            fill(List.of()); // lets go of them
        }
    }

    /** The first one of that partition; none when there is none of it. */
    OptionalLong first(TopicPartition partition) {
        for (int i = at; i < records.size(); i++) {
            if (isOf(records.get(i), partition)) {
                return OptionalLong.of(records.get(i).offset());
            }
        }
        return OptionalLong.empty();
    }

    private static boolean isOf(TopicRecord record, TopicPartition partition) {
        return record.partition() == partition.partition() && record.topic().equals(partition.topic());
    }

    /** Forgets those of these partitions: where each began. */
    Map<TopicPartition, Long> drop(Set<TopicPartition> those) {
        Map<TopicPartition, Long> begins = new HashMap<>();
        List<TopicRecord> others = new ArrayList<>();
        for (int i = at; i < records.size(); i++) {
            TopicRecord record = records.get(i);
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (those.contains(partition)) {
                var _ = begins.putIfAbsent(partition, record.offset());
            } else {
                others.add(record);
            }
        }
        fill(others);
        return begins;
    }
}
