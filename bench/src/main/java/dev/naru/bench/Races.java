package dev.naru.bench;

import dev.naru.bench.Work.Carrier;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.RoundTrips;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of all races and their bars. Settings that say "best" were found by trying: {@code docs/performance.md}. */
final class Races {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private static final String C = "c";
    private static final double BANDWIDTH_BAR = 0.95;
    private static final double ROUND_TRIP_BAR = 1.2;
    private static final double LENDING_BAR = 2.0;

    private static final String ROUND_TRIP =
            "32 B written and the 32 B answer read, through two streams; both sides wait by sleeping; contents not checked";
    private static final String PIECE_64K =
            "64 KiB of one buffer written, read in 64 KiB; pipe of 1 MiB, best for both; contents not checked";
    private static final String PIECE_1M =
            "1 MiB handed over and read; ours lends its pages (vmsplice) and reads in 256 KiB, best of what it may be; c"
                    + " calls write and reads in 512 KiB, its best; pipe of 1 MiB; buffers not filled anew, contents not checked";

    /** In the order in which they run. */
    static final List<Race> ALL = Stream.of(
                    throughput("pipe.throughput.64k", Carrier.PIPE),
                    throughput("fifo.throughput.64k", Carrier.FIFO),
                    roundTrip("pipe.rtt.32", Carrier.PIPE),
                    roundTrip("pipe.rtt.32", Carrier.PIPE).onOneCore(),
                    roundTrip("fifo.rtt.32", Carrier.FIFO),
                    roundTrip("fifo.rtt.32", Carrier.FIFO).onOneCore(),
                    new Race(
                            "pipe.bulk.1m",
                            Metric.BANDWIDTH,
                            C,
                            LENDING_BAR,
                            Placement.ONE_CORE_EACH,
                            new OneWay(Carrier.PIPE, MIB, MIB, true, 256 * KIB, 512 * KIB),
                            PIECE_1M))
            .toList();

    private Races() {}

    private static Race throughput(String name, Carrier carrier) {
        return new Race(
                name,
                Metric.BANDWIDTH,
                C,
                BANDWIDTH_BAR,
                Placement.ONE_CORE_EACH,
                new OneWay(carrier, 64 * KIB, MIB, false, 64 * KIB, 64 * KIB),
                PIECE_64K);
    }

    private static Race roundTrip(String name, Carrier carrier) {
        return new Race(
                name,
                Metric.ROUND_TRIP,
                C,
                ROUND_TRIP_BAR,
                Placement.ONE_CORE_EACH,
                new RoundTrips(carrier, 32),
                ROUND_TRIP);
    }

    /** Those whose name matches: a glob with {@code *} and {@code ?}, or else a beginning. */
    static List<Race> matching(String pattern) {
        Pattern wanted = Pattern.compile(
                pattern.contains("*") || pattern.contains("?") ? regex(pattern) : Pattern.quote(pattern) + ".*");
        return ALL.stream()
                .filter(race -> wanted.matcher(race.name()).matches())
                .toList();
    }

    private static String regex(String glob) {
        return glob.chars()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining());
    }
}
