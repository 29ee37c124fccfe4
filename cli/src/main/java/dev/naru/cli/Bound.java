package dev.naru.cli;

import dev.naru.topics.Cursor;
import dev.naru.topics.PartitionStatus;
import dev.naru.topics.Start;
import dev.naru.topics.Topic;
import java.io.IOException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A place in the partitions of a topic, as people name it. */
sealed interface Bound {
    /** The forms. */
    String FORMS =
            "beginning, end, an offset, -N for the last N, or a time: @MS, 2026-11-27T10:00:00Z, or so long ago (5m)";

    /** The first record that is there. */
    record Beginning() implements Bound {}

    /** Behind the last record that is there now. */
    record End() implements Bound {}

    /** An offset. */
    record Offset(long offset) implements Bound {}

    /** So many before the end. */
    record Last(long count) implements Bound {}

    /** The first record of that time, in ms since 1970, or of a later one. */
    record At(long millis) implements Bound {}

    /** From the command line. */
    final class Converter implements ITypeConverter<Bound> {
        @Override
        public Bound convert(String text) {
            return parse(text);
        }
    }

    /** Reads one. */
    static Bound parse(String text) {
        if (text.startsWith("@")) {
            return new At(Moments.parse(text.substring(1)));
        }
        if (Moments.isOne(text)) {
            return new At(Moments.parse(text));
        }
        if (text.matches("-\\d{1,18}")) {
            return new Last(Long.parseLong(text.substring(1)));
        }
        if (text.matches("\\d{1,18}")) {
            return new Offset(Long.parseLong(text));
        }
        return switch (text) {
            case "beginning", "earliest" -> new Beginning();
            case "end", "latest" -> new End();
            default -> throw new TypeConversionException("'" + text + "' is no place in a topic; use " + FORMS);
        };
    }

    /**
     * Where a cursor of that partition begins. What is gone when it gets there is passed over; but an offset that was named has
     * to be there.
     */
    default Start start(Topic topic, PartitionStatus now) throws IOException {
        if (this instanceof Offset(long offset)) {
            topic.read(now.partition(), Start.offset(offset)).close(); // throws when it is not there
        }
        Start start = switch (this) {
            case Beginning _ -> Start.earliest();
            case End _ -> Start.offset(now.next());
            case Offset(long offset) -> Start.offset(offset);
            case Last(long count) -> Start.offset(Math.max(now.logStart(), now.next() - count));
            case At(long millis) -> Start.timestamp(millis);
        };
        return start.orEarliest();
    }

    /** The offset that stands there, where the reading of that partition ends. */
    default long offset(Topic topic, PartitionStatus now) throws IOException {
        return switch (this) {
            case Beginning _ -> now.logStart();
            case End _ -> now.next();
            case Offset(long offset) -> offset;
            case Last(long count) -> Math.max(now.logStart(), now.next() - count);
            case At(long millis) -> {
                try (Cursor cursor = topic.read(now.partition(), Start.timestamp(millis))) {
                    yield cursor.position(now.partition());
                }
            }
        };
    }
}
