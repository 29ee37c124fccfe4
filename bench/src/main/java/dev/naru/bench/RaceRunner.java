package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs races: rounds in pairs, ours and the peer's in turn, so that what else the machine does meets both. */
final class RaceRunner {
    private final Equipment equipment;
    private final Effort effort;
    private final Path directory;
    private @Nullable CPeers peers;

    /** Builds peers and makes FIFOs and sockets in that directory. */
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
        try (Contestant naru = ours(race);
                Contestant peer = peer(race)) {
            return compare(race, naru, peer);
        } catch (UnavailableException lacking) {
            return new Result.Skipped(race, lacking.reason());
        }
    }

    private Contestant ours(Race race) throws IOException, InterruptedException, UnavailableException {
        return switch (race.work()) {
            case Work.Streams work
            when work.carrier().isSocket() -> SocketContestant.open(equipment, work, race.placement(), directory);
            case Work.Streams work -> NaruContestant.open(equipment, work, race.placement(), directory);
            case Work.Queues work -> QueueContestant.open(equipment, work, race.placement());
            case Work.Relay work -> RelayContestant.ours(equipment, peers(), work, directory);
            case Work.Memory work -> JvmContestant.open(equipment, race, work, true);
            case Work.Log work -> JvmContestant.openLog(equipment, race, work, true);
            case Work.Clients work -> ClientContestant.open(equipment, work, ClientLibrary.NARU);
            case Work.Rpc work -> RpcContestant.open(equipment, work, race.placement(), RpcLibrary.NARU);
        };
    }

    private Contestant peer(Race race) throws IOException, InterruptedException, UnavailableException {
        return switch (race.work()) {
            case Work.Relay work -> RelayContestant.socat(equipment, peers(), work, directory);
            case Work.Memory work when !race.peer().equals(Races.C) -> JvmContestant.open(equipment, race, work, false);
            case Work.Log work when !race.peer().equals(Races.C) -> JvmContestant.openLog(equipment, race, work, false);
            case Work.Clients work -> ClientContestant.open(equipment, work, ClientLibrary.KAFKA);
            case Work.Rpc work -> RpcContestant.open(equipment, work, race.placement(), RpcLibrary.named(race.peer()));
            default -> CContestant.open(peers(), race, equipment.cores(), directory);
        };
    }

    private CPeers peers() throws IOException {
        CPeers there = peers;
        if (there == null) {
            there = CPeers.in(directory, equipment.compiler());
            peers = there;
        }
        return there;
    }

    private Result compare(Race race, Contestant naru, Contestant peer) throws IOException, InterruptedException {
        naru.warmUp(race.work().warmUp(effort));
        peer.warmUp(race.work().warmUp(effort));
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        Amount amount = race.work().amount(effort);
        for (int round = 0; round < effort.rounds(); round++) {
            double our = race.metric().figure(race.work(), amount, naru.round(amount));
            double their = race.metric().figure(race.work(), amount, peer.round(amount));
            ours.add(our);
            theirs.add(their);
            ratios.add(our / their);
        }
        return new Result.Ran(
                race, Figures.median(ours), Figures.median(theirs), Figures.median(ratios), effort.rounds());
    }
}
