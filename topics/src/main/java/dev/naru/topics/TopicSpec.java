package dev.naru.topics;

/**
 * How a topic is made.
 *
 * @param partitions how many logs it has, 1 or more: records with one key are in one of them, in order
 * @param segmentBytes the most bytes of a file of a log, and so of a batch: 65,536 to 2,147,483,647 (Kafka's
 *     {@code segment.bytes})
 */
public record TopicSpec(int partitions, int segmentBytes) {
    private static final int DEFAULT_SEGMENT_BYTES = 1 << 30;
    private static final int LEAST_SEGMENT_BYTES = 1 << 16;

    /** Checks the bounds. */
    public TopicSpec {
        if (partitions < 1) {
            throw new IllegalArgumentException("partitions " + partitions + " < 1");
        }
        if (segmentBytes < LEAST_SEGMENT_BYTES) {
            throw new IllegalArgumentException("segment.bytes " + segmentBytes + " < " + LEAST_SEGMENT_BYTES);
        }
    }

    /** So many partitions, segments of 1 GiB. */
    public static TopicSpec partitions(int partitions) {
        return new TopicSpec(partitions, DEFAULT_SEGMENT_BYTES);
    }

    /** The same with segments of at most so many bytes. */
    public TopicSpec withSegmentBytes(int bytes) {
        return new TopicSpec(partitions, bytes);
    }
}
