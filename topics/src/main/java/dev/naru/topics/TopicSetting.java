package dev.naru.topics;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A setting of a topic, under the name that Kafka gives it. Its value is a number; some have words for numbers. */
public enum TopicSetting {
    /** How many logs the topic has: records with one key are in one of them, in order. */
    PARTITIONS("partitions", 1, 1, 1_000_000),
    /** The most bytes of a file of a log, and so of a batch. */
    SEGMENT_BYTES("segment.bytes", 1 << 30, 1 << 16, Integer.MAX_VALUE - 8),
    /** After so many milliseconds the next append begins another file. */
    SEGMENT_MILLIS("segment.ms", TopicSpec.NEVER, 1, TopicSpec.NEVER),
    /** Files are removed, the oldest first, as long as so many bytes are left without them; -1: none for this reason. */
    RETENTION_BYTES("retention.bytes", -1, -1, Long.MAX_VALUE),
    /** A file is removed when its newest record was made so many milliseconds ago; -1: none for this reason. */
    RETENTION_MILLIS("retention.ms", -1, -1, Long.MAX_VALUE),
    /** The most bytes of a batch. */
    MAX_MESSAGE_BYTES("max.message.bytes", Integer.MAX_VALUE, 1, Integer.MAX_VALUE),
    /** Whose time a record has: of who made it, or of the moment at which it was appended. */
    TIMESTAMP_TYPE("message.timestamp.type", "CreateTime", "LogAppendTime"),
    /** How batches are compressed: the first five are the numbers of {@link Codec}; the others say {@code producer} again. */
    COMPRESSION_TYPE("compression.type", "producer", "gzip", "snappy", "lz4", "zstd", "uncompressed", "none"),
    /** After so many records they are flushed. */
    FLUSH_MESSAGES("flush.messages", TopicSpec.NEVER, 1, TopicSpec.NEVER),
    /** After so many milliseconds they are flushed. */
    FLUSH_MILLIS("flush.ms", TopicSpec.NEVER, 1, TopicSpec.NEVER),
    /** What becomes of old records: whole files go, all but the last of each key go, or both; the last two words say the same. */
    CLEANUP_POLICY("cleanup.policy", "delete", "compact", "compact,delete", "delete,compact"),
    /** How much of a log must not be compacted yet before it is worth while: bytes of all that could be, in millionths. */
    MIN_CLEANABLE_DIRTY_RATIO("min.cleanable.dirty.ratio", 500_000, 6),
    /** So many milliseconds a record stays, whatever comes after it. */
    MIN_COMPACTION_LAG_MILLIS("min.compaction.lag.ms", 0, 0, TopicSpec.NEVER),
    /** After so many milliseconds a record is compacted, whether it is worth while or not. */
    MAX_COMPACTION_LAG_MILLIS("max.compaction.lag.ms", TopicSpec.NEVER, 1, TopicSpec.NEVER),
    /** So many milliseconds a tombstone stays after the first compaction that met it. */
    DELETE_RETENTION_MILLIS("delete.retention.ms", 86_400_000, 0, TopicSpec.NEVER);

    private final String kafkaName;
    private final long usual;
    private final long least;
    private final long most;
    private final String words; // with a | between; empty for a number
    private final int decimals; // behind the point; the value counts the last one

    TopicSetting(String kafkaName, long usual, long least, long most) {
        this.kafkaName = kafkaName;
        this.usual = usual;
        this.least = least;
        this.most = most;
        this.words = "";
        this.decimals = 0;
    }

    /** A part of a whole. */
    TopicSetting(String kafkaName, long usual, int decimals) {
        this.kafkaName = kafkaName;
        this.usual = usual;
        this.least = 0;
        this.most = BigDecimal.ONE.movePointRight(decimals).longValueExact();
        this.words = "";
        this.decimals = decimals;
    }

    TopicSetting(String kafkaName, String... words) {
        this.kafkaName = kafkaName;
        this.usual = 0;
        this.least = 0;
        this.most = words.length - 1L;
        this.words = String.join("|", words);
        this.decimals = 0;
    }

    /** As it stands in the file of the topic. */
    public String kafkaName() {
        return kafkaName;
    }

    /** The one of that name. */
    public static Optional<TopicSetting> of(String kafkaName) {
        return Arrays.stream(values())
                .filter(setting -> setting.kafkaName.equals(kafkaName))
                .findFirst();
    }

    /** What it is when nothing is said. */
    public long usual() {
        return usual;
    }

    /** The words for its values from 0 on; none when they are plain numbers. */
    private List<String> words() {
        return words.isEmpty() ? List.of() : List.of(words.split("[|]", -1));
    }

    /** What values it may have, for people. */
    public String bounds() {
        if (!words.isEmpty()) {
            return String.join(" or ", words());
        }
        return (decimals == 0 ? "a whole number, " : "a number, ") + text(least) + " to " + text(most);
    }

    /** That value as text. */
    public String text(long value) {
        if (!words.isEmpty()) {
            return words().get((int) value);
        }
        return BigDecimal.valueOf(value, decimals).stripTrailingZeros().toPlainString();
    }

    /**
     * The value that a text stands for.
     *
     * @throws IllegalArgumentException when it is none, or out of bounds; the message says which
     */
    public long parse(String text) {
        try {
            long value = words.isEmpty() ? number(text) : words().indexOf(text.replace(" ", ""));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException none) {
            // told below
        }
        throw outside(text);
    }

    /** More decimals than are kept are rounded. */
    private long number(String text) {
        return decimals == 0
                ? Long.parseLong(text)
                : new BigDecimal(text)
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .unscaledValue()
                        .longValueExact();
    }

    /** That value, if it is in bounds. */
    long require(long value) {
        if (value < least || value > most) {
            throw outside(Long.toString(value));
        }
        return value;
    }

    private IllegalArgumentException outside(String text) {
        return new IllegalArgumentException(kafkaName + "=" + text + ": it is " + bounds());
    }
}
