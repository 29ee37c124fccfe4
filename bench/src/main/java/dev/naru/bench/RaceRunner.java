package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs races: rounds in pairs, ours and the peer's in turn, so that what else the machine does meets both. */
final class RaceRunner {
    private static final double NANOS_TO_MEGABYTES = 1e3; // bytes a ns are 10^9 bytes a second

    private final Equipment equipment;
    private final Effort effort;
    private final Path directory;
    private @Nullable CPeers peers;

    /** Builds peers and makes FIFOs in that directory. */
    RaceRunner(Equipment equipment, Effort effort, Path directory) {
        this.equipment = equipment;
        this.effort = effort;
        this.directory = directory;
    }

    /** Runs one. */
    Result run(Race race) throws IOException, InterruptedException {
        if (race.placement() == Placement.ONE_CORE_EACH && !equipment.cores().areTwo()) {
            return new Result.Skipped(race, "this process may use one core only, and each side needs its own");
        }
        try {
            CPeers built = peers();
            try (NaruContestant naru = NaruContestant.open(equipment, race, directory);
                    CContestant peer = CContestant.open(built, race, equipment.cores(), directory)) {
                return compare(race, naru, peer);
            }
        } catch (UnavailableException lacking) {
            return new Result.Skipped(race, lacking.reason());
        }
    }

    private CPeers peers() throws IOException, InterruptedException, UnavailableException {
        CPeers built = peers;
        if (built == null) {
            built = CPeers.build(equipment.compiler(), directory);
            peers = built;
        }
        return built;
    }

    private Result compare(Race race, Contestant naru, Contestant peer) throws IOException, InterruptedException {
        long _ = naru.round(race.work().warmUp(effort));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        Amount amount = race.work().amount(effort);
        for (int round = 0; round < effort.rounds(); round++) {
            double our = figure(race, amount, naru.round(amount));
            double their = figure(race, amount, peer.round(amount));
            ours.add(our);
            theirs.add(their);
            ratios.add(our / their);
        }
        return new Result.Ran(
                race, Figures.median(ours), Figures.median(theirs), Figures.median(ratios), effort.rounds());
    }

    private static double figure(Race race, Amount amount, long nanos) {
        return switch (race.metric()) {
            case ROUND_TRIP -> nanos;
            case BANDWIDTH -> amount.count() * NANOS_TO_MEGABYTES / nanos;
        };
    }
}
