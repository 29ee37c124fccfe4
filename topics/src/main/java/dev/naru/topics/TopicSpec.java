package dev.naru.topics;

import java.time.Duration;

/**
 * How a topic is made: {@code TopicSpec.partitions(6).withFlushBeforeAnswer()}.
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
 *
 * @param partitions how many logs it has, 1 or more: records with one key are in one of them, in order
 * @param segmentBytes the most bytes of a file of a log, and so of a batch: 65,536 to 2,147,483,647 (Kafka's
 *     {@code segment.bytes})
 * @param flushMessages after so many records they are flushed, 1 or more; {@link #NEVER} (Kafka's {@code flush.messages})
 * @param flushMillis after so many milliseconds they are flushed, 1 or more; {@link #NEVER} (Kafka's {@code flush.ms})
 */
public record TopicSpec(int partitions, int segmentBytes, long flushMessages, long flushMillis) {
    /** No flush by number, or by time. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int DEFAULT_SEGMENT_BYTES = 1 << 30;
    private static final int LEAST_SEGMENT_BYTES = 1 << 16;

    /** Checks the bounds. */
    public TopicSpec {
        atLeast("partitions", partitions, 1);
        atLeast("segment.bytes", segmentBytes, LEAST_SEGMENT_BYTES);
        atLeast("flush.messages", flushMessages, 1);
        atLeast("flush.ms", flushMillis, 1);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " " + value + " < " + least);
        }
    }

    /** So many partitions, segments of 1 GiB, nothing flushed by itself. */
    public static TopicSpec partitions(int partitions) {
        return new TopicSpec(partitions, DEFAULT_SEGMENT_BYTES, NEVER, NEVER);
    }

    /** The same with segments of at most so many bytes. */
    public TopicSpec withSegmentBytes(int bytes) {
        return new TopicSpec(partitions, bytes, flushMessages, flushMillis);
    }

    /** The same, where an append is answered when it is on the disk. */
    public TopicSpec withFlushBeforeAnswer() {
        return withFlushEvery(1);
    }

    /** The same, where whoever appends the so-many-th record since the last flush waits until all are on the disk. */
    public TopicSpec withFlushEvery(long records) {
        return new TopicSpec(partitions, segmentBytes, records, flushMillis);
    }

    /** The same, where what was appended is on the disk after so many milliseconds and the time that the disk takes. */
    public TopicSpec withFlushEvery(Duration time) {
        return new TopicSpec(partitions, segmentBytes, flushMessages, time.toMillis());
    }
}
