package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Carrier;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.RoundTrips;
import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.Fifo;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.Cores;
import dev.naru.linux.ExitStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C programs: each round starts one, which forks its second side and pins both. */
final class CContestant implements Contestant {
    private final CPeers peers;
    private final Work work;
    private final int firstCore;
    private final int secondCore;
    private final Path there;
    private final Path back;

    private CContestant(CPeers peers, Race race, Cores.Pair cores, Path directory) {
        this.peers = peers;
        this.work = race.work();
        this.firstCore = cores.first();
        this.secondCore = race.placement().second(cores);
        this.there = directory.resolve("c.there");
        this.back = directory.resolve("c.back");
    }

    /** Its FIFOs, if it needs them, are made in that directory. */
    static CContestant open(CPeers peers, Race race, Cores.Pair cores, Path directory) throws IOException {
        CContestant made = new CContestant(peers, race, cores, directory);
        Fifo _ = Fifo.openOrCreate(made.there);
        Fifo _ = Fifo.openOrCreate(made.back);
        return made;
    }

    @Override
    public long round(Amount amount) throws IOException, InterruptedException {
        return switch (work) {
            case RoundTrips trips ->
                run("rtt", List.of(kind(trips.carrier(), there), kind(trips.carrier(), back)), amount, trips.bytes());
            case OneWay pieces ->
                run(
                        "stream",
                        List.of(kind(pieces.carrier(), there)),
                        amount,
                        pieces.pieceBytes(),
                        pieces.capacityBytes(),
                        pieces.peerReadBytes());
        };
    }

    private static String kind(Carrier carrier, Path fifo) {
        return carrier == Carrier.PIPE ? "pipe" : fifo.toString();
    }

    private long run(String program, List<String> streams, Amount amount, long... sizes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(peers.program(program).toString()));
        command.addAll(streams);
        command.add(Integer.toString(firstCore));
        command.add(Integer.toString(secondCore));
        for (long size : sizes) {
            command.add(Long.toString(size));
        }
        command.add(Long.toString(amount.warmup()));
        command.add(Long.toString(amount.count()));
        try (AnonymousPipe pipe = AnonymousPipe.create();
                Lines answer = new Lines(pipe.reader(), program)) {
            ChildProcess child = Command.of(command).stdout(pipe.writer()).start();
            try {
                long nanos = answer.nextNumber();
                ExitStatus status = child.waitFor();
                if (!status.isSuccess()) {
                    throw new IOException(program + " ended with status " + status.shellCode());
                }
                return nanos;
            } finally {
                boolean _ = child.kill(); // it has ended, unless we are on the way out
            }
        }
    }

    @Override
    public void close() throws IOException {
        Fifo.remove(there);
        Fifo.remove(back);
    }
}
