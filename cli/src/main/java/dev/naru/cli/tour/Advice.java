package dev.naru.cli.tour;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The last line of the tour: what the figures just measured mean for the reader's program. */
final class Advice {
    private Advice() {}

    static String of(List<Row> rows) {
        Row widest = rows.stream()
                .max(Comparator.comparingDouble(Row::megabytesPerSecond))
                .orElseThrow();
        Row quickest =
                rows.stream().min(Comparator.comparingLong(Row::rttP50Nanos)).orElseThrow();
        if (!widest.isTimed()) {
            return String.format(
                    Locale.ROOT,
                    "on this machine: %s answers soonest (%s); the file is too small to time, give one of 1 MiB or more.",
                    quickest.stop().mechanism(),
                    Table.micros(quickest.rttP50Nanos()));
        }
        if (rows.size() == 1) {
            return String.format(
                    Locale.ROOT,
                    "on this machine: %s moves %,.0f MB/s and answers in %s; a round trip costs what moving %,d KiB costs.",
                    widest.stop().mechanism(),
                    widest.megabytesPerSecond(),
                    Table.micros(quickest.rttP50Nanos()),
                    kib(quickest, widest));
        }
        return String.format(
                Locale.ROOT,
                "on this machine: %s moves most (%,.0f MB/s), %s answers soonest (%s); a round trip costs what moving"
                        + " %,d KiB costs, so batch messages that are much smaller.",
                widest.stop().mechanism(),
                widest.megabytesPerSecond(),
                quickest.stop().mechanism(),
                Table.micros(quickest.rttP50Nanos()),
                kib(quickest, widest));
    }

    /** In the time of one round trip so many bytes would cross: below that, waking costs more than moving. */
    private static long kib(Row quickest, Row widest) {
        return Math.round(quickest.rttP50Nanos() / 1e3 * widest.megabytesPerSecond() / 1024);
    }
}
