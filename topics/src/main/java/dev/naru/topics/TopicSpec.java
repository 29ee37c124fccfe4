package dev.naru.topics;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a topic is made: {@code TopicSpec.partitions(6).withRetention(Duration.ofDays(7)).withFlushBeforeAnswer()}. Immutable.
 *
 * <p>When records are on the disk, so that they stay also when the machine loses its power:
 *
 * <table>
 * <caption>Flushing</caption>
 * <tr><th>with</th><th>a power cut may lose</th></tr>
 * <tr><td>nothing said</td><td>what the kernel had not written yet, by default of the last half minute, and whole segments
 *     when they were filled faster</td></tr>
 * <tr><td>{@link #withFlushEvery(Duration)}</td><td>the last so many milliseconds, and what a process had appended that was
 *     killed before its next flush</td></tr>
 * <tr><td>{@link #withFlushEvery(long)}</td><td>the last so many records of a partition</td></tr>
 * <tr><td>{@link #withFlushBeforeAnswer()}</td><td>nothing that was answered. Who appends at the same time shares a flush</td></tr>
 * </table>
 */
public final class TopicSpec {
    /** No flush by number or by time, no new segment by time. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long COMPACT = 1;
    private static final long COMPACT_AND_DELETE = 2;

    private final Map<TopicSetting, Long> values; // what is as usual is not in it; never changed

    private TopicSpec(Map<TopicSetting, Long> values) {
        this.values = values;
    }

    /** So many partitions, segments of 1 GiB, nothing flushed by itself, nothing removed by itself. */
    public static TopicSpec partitions(int partitions) {
        return new TopicSpec(Map.of()).with(TopicSetting.PARTITIONS, partitions);
    }

    /** The same with that setting. */
    public TopicSpec with(TopicSetting setting, long value) {
        Map<TopicSetting, Long> changed = new EnumMap<>(TopicSetting.class);
        changed.putAll(values);
        var _ = changed.put(setting, setting.require(value));
        var _ = changed.remove(setting, setting.usual());
        return new TopicSpec(changed);
    }

    /** What a setting is. */
    public long value(TopicSetting setting) {
        return values.getOrDefault(setting, setting.usual());
    }

    /** How many logs it has, 1 or more. */
    public int partitions() {
        return (int) value(TopicSetting.PARTITIONS);
    }

    /** The most bytes of a file of a log, and so of a batch: 65,536 to 2,147,483,639. */
    public int segmentBytes() {
        return (int) value(TopicSetting.SEGMENT_BYTES);
    }

    /** The same with so many partitions. */
    public TopicSpec withPartitions(int partitions) {
        return with(TopicSetting.PARTITIONS, partitions);
    }

    /** The same with segments of at most so many bytes. */
    public TopicSpec withSegmentBytes(int bytes) {
        return with(TopicSetting.SEGMENT_BYTES, bytes);
    }

    /** The same, where an append begins another segment when the last one was begun so long ago. */
    public TopicSpec withSegmentTime(Duration time) {
        return with(TopicSetting.SEGMENT_MILLIS, time.toMillis());
    }

    /** The same, where a segment is removed when its newest record is so old. Looked at when a segment is full. */
    public TopicSpec withRetention(Duration time) {
        return with(TopicSetting.RETENTION_MILLIS, time.toMillis());
    }

    /** The same, where segments are removed, the oldest first, as long as so many bytes are left of each partition. */
    public TopicSpec withRetentionBytes(long bytes) {
        return with(TopicSetting.RETENTION_BYTES, bytes);
    }

    /**
     * The same, where of the records of a key the last one stays, and the older ones go in time: each record needs a key. A record
     * without a value, a tombstone, says that its key is gone, and goes itself after {@link TopicSetting#DELETE_RETENTION_MILLIS}.
     * What retention says does not count then; {@link #withCompactionAndRetention} is for both.
     */
    public TopicSpec withCompaction() {
        return with(TopicSetting.CLEANUP_POLICY, COMPACT);
    }

    /** The same, where besides segments are removed as retention says. */
    public TopicSpec withCompactionAndRetention() {
        return with(TopicSetting.CLEANUP_POLICY, COMPACT_AND_DELETE);
    }

    /** The same, where it is compacted when more than such a part of its bytes was not yet, from 0 to 1. */
    public TopicSpec withDirtyRatio(double ratio) {
        TopicSetting setting = TopicSetting.MIN_CLEANABLE_DIRTY_RATIO;
        return with(setting, setting.parse(Double.toString(ratio)));
    }

    /** Whether of the records of a key the last one stays. */
    public boolean isCompacted() {
        return value(TopicSetting.CLEANUP_POLICY) >= COMPACT;
    }

    /** After so many milliseconds an append begins another segment: a compacted one in time for {@link TopicSetting#MAX_COMPACTION_LAG_MILLIS}. */
    public long longestSegmentMillis() {
        long longest = value(TopicSetting.SEGMENT_MILLIS);
        return isCompacted() ? Math.min(longest, value(TopicSetting.MAX_COMPACTION_LAG_MILLIS)) : longest;
    }

    /** Whether segments are removed as retention says. */
    public boolean hasRetention() {
        return value(TopicSetting.CLEANUP_POLICY) != COMPACT;
    }

    /** The same with batches of at most so many bytes. */
    public TopicSpec withMaxMessageBytes(int bytes) {
        return with(TopicSetting.MAX_MESSAGE_BYTES, bytes);
    }

    /** The same, where a record has the time at which it was appended, whatever its maker says. */
    public TopicSpec withTimestampsByLog() {
        return with(TopicSetting.TIMESTAMP_TYPE, 1);
    }

    /** How batches are compressed. */
    public Codec compression() {
        return Codec.of(value(TopicSetting.COMPRESSION_TYPE)).orElse(Codec.NONE);
    }

    /** The same, where batches are compressed if that makes them smaller. It wants {@code dev.naru:naru-codecs}. */
    public TopicSpec withCompression(Codec codec) {
        return with(TopicSetting.COMPRESSION_TYPE, codec.number());
    }

    /** The same, where an append is answered when it is on the disk. */
    public TopicSpec withFlushBeforeAnswer() {
        return withFlushEvery(1);
    }

    /** The same, where whoever appends the so-many-th record since the last flush waits until all are on the disk. */
    public TopicSpec withFlushEvery(long records) {
        return with(TopicSetting.FLUSH_MESSAGES, records);
    }

    /** The same, where what was appended is on the disk after so many milliseconds and the time that the disk takes. */
    public TopicSpec withFlushEvery(Duration time) {
        return with(TopicSetting.FLUSH_MILLIS, time.toMillis());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicSpec spec && values.equals(spec.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Its settings under Kafka's names, those that are not as usual. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey().kafkaName() + "=" + entry.getKey().text(entry.getValue()))
                .collect(Collectors.joining(" "));
    }
}
