package dev.naru.cli.tour;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The tour's table, for people. */
final class Table {
    private static final String FORM = "%-11s %-34s %9s %10s %10s  %-8s %s%n";

    private Table() {}

    static void print(PrintStream out, List<Row> rows) {
        out.printf(FORM, "mechanism", "what it is", "MB/s", "p50", "p99", "verified", "kernel object");
        for (Row row : rows) {
            out.printf(
                    FORM,
                    row.stop().mechanism(),
                    row.stop().description(),
                    row.isTimed() ? String.format(Locale.ROOT, "%,.0f", row.megabytesPerSecond()) : "-",
                    micros(row.rttP50Nanos()),
                    micros(row.rttP99Nanos()),
                    row.verified() ? "yes" : "NO",
                    row.object());
        }
    }

    static String micros(long nanos) {
        return nanos == 0 ? "-" : String.format(Locale.ROOT, "%.1f µs", nanos / 1e3);
    }
}
