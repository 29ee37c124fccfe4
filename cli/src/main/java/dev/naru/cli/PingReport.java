package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import java.util.Locale;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import tools.jackson.core.JsonGenerator;

/** What {@code naru ping} says of each answer, and at the end of all. Thread-safe: a signal may end it at any moment. */
final class PingReport {
    /** Longer ones are counted as this long. */
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private static final int DIGITS = 3;
    private static final int BAR = 40;

    private final Context context;
    private final String address;

    /** Of each echo; 0 when it only connects. */
    private final int bytes;

    private final boolean json;
    private final boolean each;
    private final Histogram times = new Histogram(LONGEST_NANOS, DIGITS);
    private long lost;
    private boolean ended;
    private String lastLoss = "";

    /**
     * Of an address.
     *
     * @param each whether a line is printed for each answer
     */
    PingReport(Context context, String address, int bytes, boolean json, boolean each) {
        this.context = context;
        this.address = address;
        this.bytes = bytes;
        this.json = json;
        this.each = each && !json;
    }

    /** One was answered. */
    synchronized void answered(long nanos) throws CliException {
        if (!ended) {
            times.recordValue(Math.clamp(nanos, 1, LONGEST_NANOS));
            if (each) {
                line(words(nanos));
            }
        }
    }

    /** One was not. Where not each has a line, that is told when the reason is another than that of the last loss. */
    synchronized void lost(Exception reason) throws CliException {
        if (ended) {
            return;
        }
        lost++;
        String words = reason instanceof ErrnoException refused
                ? refused.summary()
                : Objects.requireNonNullElse(reason.getMessage(), reason.toString());
        if (each) {
            line("lost: " + words);
        } else if (!words.equals(lastLoss)) {
            context.say("ping " + sent() + " is lost: " + words);
        }
        lastLoss = words;
    }

    private void line(String words) throws CliException {
        context.out().println(sent() + ": " + words);
        context.out().flush();
        context.requireOutput();
    }

    private long sent() {
        return times.getTotalCount() + lost;
    }

    /** Whether there was any answer. */
    synchronized boolean hasAnswers() {
        return times.getTotalCount() > 0;
    }

    /** Prints the summary, once. */
    synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (json) {
            new JsonLines(context.out()).line(this::write);
        } else {
            print();
        }
        context.out().flush();
    }

    private void print() {
        String what = bytes == 0 ? "connect" : "echo of " + bytes + " B";
        context.out()
                .printf(
                        "%s, %s: %d sent, %d answered, %d lost%n",
                        Escapes.of(address), what, sent(), times.getTotalCount(), lost);
        if (hasAnswers()) {
            context.out()
                    .printf(
                            "min %s, p50 %s, p90 %s, p99 %s, p99.9 %s, max %s%n",
                            words(times.getMinValue()),
                            words(at(50)),
                            words(at(90)),
                            words(at(99)),
                            words(at(99.9)),
                            words(times.getMaxValue()));
            eachBucket((from, to, count) -> context.out().println(row(from, to, count)));
        }
    }

    /** Whatever was there at all has a mark. */
    private String row(long from, long to, long count) {
        long most = times.getTotalCount();
        String bar = "#".repeat((int) ((count * BAR + most - 1) / most));
        return "%9s - %-9s %8d  %s"
                .formatted(words(from), words(to), count, bar)
                .stripTrailing();
    }

    private long at(double percentile) {
        return Math.min(times.getValueAtPercentile(percentile), times.getMaxValue());
    }

    private interface Bucket {
        void show(long from, long to, long count);
    }

    /** From the one of the shortest to that of the longest, in steps of 1, 2, 5, 10 and so on. */
    private void eachBucket(Bucket bucket) {
        int[] steps = {2, 5, 10};
        long end = times.getMaxValue();
        long from = 1;
        boolean begun = false;
        for (long decade = 1; from <= end; decade *= 10) {
            for (int step : steps) {
                long to = step * decade;
                begun |= times.getMinValue() < to;
                if (begun && from <= end) {
                    bucket.show(from, to, count(from, to));
                }
                from = to;
            }
        }
    }

    /** Each time is one of {@value #DIGITS} digits, which stand for others around it: it is counted where it stands itself, and once. */
    private long count(long from, long to) {
        long count = 0;
        for (HistogramIterationValue each : times.recordedValues()) {
            long value = Math.min(each.getValueIteratedTo(), times.getMaxValue());
            count += value >= from && value < to ? each.getCountAtValueIteratedTo() : 0;
        }
        return count;
    }

    /** A time as people read it. */
    static String words(long nanos) {
        long thousand = 1_000;
        if (nanos < thousand) {
            return nanos + " ns";
        }
        if (nanos < thousand * thousand) {
            return String.format(Locale.ROOT, "%.1f µs", nanos / 1e3);
        }
        if (nanos < thousand * thousand * thousand) {
            return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    private void write(JsonGenerator out) {
        out.writeStringProperty("address", address);
        out.writeStringProperty("mode", bytes == 0 ? "connect" : "echo");
        if (bytes > 0) {
            out.writeNumberProperty("bytes", bytes);
        }
        out.writeNumberProperty("sent", sent());
        out.writeNumberProperty("answered", times.getTotalCount());
        out.writeNumberProperty("lost", lost);
        if (lost > 0) {
            out.writeStringProperty("lastLoss", lastLoss);
        }
        write(out, "minNs", times.getMinValue());
        write(out, "p50Ns", at(50));
        write(out, "p90Ns", at(90));
        write(out, "p99Ns", at(99));
        write(out, "p999Ns", at(99.9));
        write(out, "maxNs", times.getMaxValue());
        out.writeArrayPropertyStart("histogram");
        if (hasAnswers()) {
            eachBucket((from, to, count) -> {
                out.writeStartObject();
                out.writeNumberProperty("fromNs", from);
                out.writeNumberProperty("toNs", to);
                out.writeNumberProperty("count", count);
                out.writeEndObject();
            });
        }
        out.writeEndArray();
    }

    private void write(JsonGenerator out, String property, long nanos) {
        if (hasAnswers()) {
            out.writeNumberProperty(property, nanos);
        } else {
            out.writeNullProperty(property);
        }
    }
}
