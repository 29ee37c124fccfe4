package dev.naru.cli;

import dev.naru.cli.TopSample.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/** Two samples after each other: rates, and what waits now. */
final class TopTable {
    private static final String FORM = "%12s %12s %10s %8s %-20s %s";
    private static final double NANOS_A_SECOND = 1e9;

    private final List<Row> rows = new ArrayList<>();
    private final double seconds;

    /**
     * An object.
     *
     * @param messages a second, where it counts them and was there before
     * @param bytes a second, likewise
     */
    record Row(String address, OptionalDouble messages, OptionalDouble bytes, Reading now) {}

    /** By what rows are ordered. */
    enum Order {
        /** The busiest first. */
        RATE('r'),
        /** The fullest first. */
        BACKLOG('b'),
        /** Those that somebody waits for. */
        WAITING('w'),
        /** As it comes. */
        NAME('n');

        final char key;

        Order(char key) {
            this.key = key;
        }

        private Comparator<Row> comparator() {
            Comparator<Row> first = switch (this) {
                case RATE -> Comparator.comparingDouble(row -> -row.messages.orElse(0));
                case BACKLOG ->
                    Comparator.comparingLong(row -> -row.now.backlog().orElse(0));
                case WAITING ->
                    Comparator.comparingLong(row -> -row.now.waiting().orElse(0));
                case NAME -> Comparator.comparing(Row::address);
            };
            return first.thenComparing(Row::address);
        }
    }

    /**
     * Compares them.
     *
     * @param nanos from one to the other
     */
    TopTable(TopSample before, TopSample now, long nanos) {
        seconds = nanos / NANOS_A_SECOND;
        now.readings().forEach((address, reading) -> {
            Reading earlier = before.readings().get(address);
            rows.add(new Row(
                    address,
                    earlier == null ? OptionalDouble.empty() : rate(earlier.messages(), reading.messages()),
                    earlier == null ? OptionalDouble.empty() : rate(earlier.bytes(), reading.bytes()),
                    reading));
        });
    }

    /** What went back was made anew meanwhile. */
    private OptionalDouble rate(OptionalLong before, OptionalLong now) {
        boolean counted = before.isPresent() && now.isPresent() && now.getAsLong() >= before.getAsLong();
        return counted && seconds > 0
                ? OptionalDouble.of((now.getAsLong() - before.getAsLong()) / seconds)
                : OptionalDouble.empty();
    }

    /** A line of headings, and as many rows as there is room for. */
    List<String> lines(Order order, int most) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, FORM, "messages/s", "bytes/s", "backlog", "waiting", "dead", "address"));
        rows.stream().sorted(order.comparator()).limit(Math.max(0, most - 1L)).forEach(row -> lines.add(line(row)));
        return lines;
    }

    private static String line(Row row) {
        return String.format(
                Locale.ROOT,
                FORM,
                number(row.messages),
                number(row.bytes),
                number(row.now.backlog()),
                number(row.now.waiting()),
                row.now.dead().isEmpty() ? "-" : String.join(",", row.now.dead()),
                Escapes.of(row.address));
    }

    private static String number(OptionalDouble rate) {
        return rate.isPresent() ? String.format(Locale.ROOT, "%,.0f", rate.getAsDouble()) : "-";
    }

    private static String number(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "-";
    }

    /** All rows as one object. */
    void write(JsonGenerator json, long millis) {
        json.writeNumberProperty("time", millis);
        json.writeNumberProperty("seconds", seconds);
        json.writeArrayPropertyStart("objects");
        for (Row row : rows) {
            json.writeStartObject();
            json.writeStringProperty("address", row.address);
            row.messages.ifPresent(rate -> json.writeNumberProperty("messagesPerSecond", rate));
            row.bytes.ifPresent(rate -> json.writeNumberProperty("bytesPerSecond", rate));
            row.now.messages().ifPresent(count -> json.writeNumberProperty("messages", count));
            row.now.backlog().ifPresent(count -> json.writeNumberProperty("backlog", count));
            row.now.waiting().ifPresent(count -> json.writeNumberProperty("waiting", count));
            json.writeArrayPropertyStart("dead");
            row.now.dead().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
