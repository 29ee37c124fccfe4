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
        // In the time of one round trip this many bytes would cross: below that, waking costs more than moving.
        long worthwhile = Math.round(quickest.rttP50Nanos() / 1e3 * widest.megabytesPerSecond() / 1024);
        return String.format(
                Locale.ROOT,
                "on this machine: %s moves most (%,.0f MB/s) and %s answers soonest (%s); a round trip costs as much as"
                        + " moving %,d KiB, so send smaller messages in batches; a pipe between parent and child, a FIFO"
                        + " between programs that only share a path",
                widest.stop().mechanism(),
                widest.megabytesPerSecond(),
                quickest.stop().mechanism(),
                Table.micros(quickest.rttP50Nanos()),
                worthwhile);
    }
}
