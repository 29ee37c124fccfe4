package dev.naru.cli;

import dev.naru.topics.Header;
import dev.naru.topics.TopicRecord;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The moment of a record, finer than the milliseconds of its timestamp: a header of nanoseconds since 1970. */
final class Recording {
    /** The header's name. */
    static final String HEADER = "naru-nanos";

    private final long anchorMillis = System.currentTimeMillis();
    private final long anchorNanos = System.nanoTime();

    /** Now, by a clock that never goes back while this recording lasts. */
    long now() {
        return TimeUnit.MILLISECONDS.toNanos(anchorMillis) + System.nanoTime() - anchorNanos;
    }

    static Header header(long nanos) {
        return Header.of(HEADER, Long.toString(nanos));
    }

    /** When it was recorded; by its timestamp where it was appended otherwise. */
    static long nanos(TopicRecord record) {
        for (Header header : record.headers()) {
            byte[] value = header.valueBytes();
            if (header.name().equals(HEADER) && value != null) {
                String text = new String(value, StandardCharsets.US_ASCII);
                if (text.matches("[0-9]{1,18}")) {
                    return Long.parseLong(text);
                }
            }
        }
        return TimeUnit.MILLISECONDS.toNanos(record.timestamp());
    }
}
