package dev.naru.topics;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How the records of a batch are compressed; the numbers are those of Kafka's batches. What does it comes from
 * {@code dev.naru:naru-codecs}, by {@link CodecProvider}.
 */
public enum Codec {
    /** Not at all. */
    NONE(0),
    /** gzip: small, and slow to write. */
    GZIP(1),
    /** Snappy: fast. */
    SNAPPY(2),
    /** LZ4: the fastest to read. */
    LZ4(3),
    /** Zstandard: small, and fast enough for most. */
    ZSTD(4);

    private final int number;

    Codec(int number) {
        this.number = number;
    }

    /** The one of that number. */
    public static Optional<Codec> of(long number) {
        return Arrays.stream(values()).filter(codec -> codec.number == number).findFirst();
    }

    /** Its number in a batch, 0 to 4. */
    public int number() {
        return number;
    }

    /** Its name in small letters, as Kafka has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
