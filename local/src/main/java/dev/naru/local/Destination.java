package dev.naru.local;

import dev.naru.topics.TopicSetting;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * A topic that a producer sends to, with its lanes.
 *
 * <p>Thread-safe.
 */
final class Destination {
    private final TopicCatalog.Entry entry;
    private final List<Lane> lanes;
    private final StickyPartition sticky;
    private volatile long oldAtMillis;

    private Destination(TopicCatalog.Entry entry, List<Lane> kept, int batchBytes, long oldAtMillis) {
        int partitions = entry.partitions().size();
        int most = (int) Math.min(
                Math.min(batchBytes, entry.spec().segmentBytes()), entry.spec().value(TopicSetting.MAX_MESSAGE_BYTES));
        this.entry = entry;
        this.oldAtMillis = oldAtMillis;
        this.lanes = IntStream.range(0, partitions)
                .mapToObj(number -> number < kept.size() ? kept.get(number) : new Lane(entry.topic(), number, most))
                .toList();
        this.sticky = new StickyPartition(partitions, batchBytes);
    }

    /**
     * Of a topic; what is known of it is old at that time.
     *
     * @param before what it was before it grew: its lanes stay, as they may hold records, which go before all that come now. Lanes of a
     *     topic that was made anew say so when they are appended to, and are forgotten then
     */
    static Destination of(TopicCatalog.Entry entry, @Nullable Destination before, int batchBytes, long oldAtMillis) {
        List<Lane> kept =
                before != null && before.partitions() < entry.partitions().size() ? before.lanes : List.of();
        return new Destination(entry, kept, batchBytes, oldAtMillis);
    }

    /** Whether it is that topic, as it is open there. */
    boolean isOf(TopicCatalog.Entry other) {
        return other.topic() == entry.topic();
    }

    /** Whether what is known of it is old. */
    boolean isOld(long nowMillis) {
        return nowMillis >= oldAtMillis;
    }

    /** It was looked at: the same, which is old at that time. */
    Destination seen(long oldAt) {
        oldAtMillis = oldAt;
        return this;
    }

    int partitions() {
        return lanes.size();
    }

    Lane lane(int number) {
        return lanes.get(number);
    }

    /** Where a key goes, as every client of Kafka's has it. */
    int ofKey(byte[] key) {
        return Utils.toPositive(Utils.murmur2(key)) % lanes.size();
    }

    /** Where a record of so many bytes goes that has no key. */
    int ofNone(long bytes) {
        return sticky.next(bytes);
    }
}
