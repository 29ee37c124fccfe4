package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Carrier;
import dev.naru.bench.Work.Clients;
import dev.naru.bench.Work.LockPairs;
import dev.naru.bench.Work.LogAppend;
import dev.naru.bench.Work.LogDelivery;
import dev.naru.bench.Work.LogFlush;
import dev.naru.bench.Work.LogPoll;
import dev.naru.bench.Work.LogRead;
import dev.naru.bench.Work.LogWriters;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.QueueOneWay;
import dev.naru.bench.Work.QueueTrips;
import dev.naru.bench.Work.Relay;
import dev.naru.bench.Work.RingIdle;
import dev.naru.bench.Work.RingOneWay;
import dev.naru.bench.Work.RingTrips;
import dev.naru.bench.Work.RoundTrips;
import dev.naru.bench.Work.Rpc;
import dev.naru.bench.Work.SemaphorePairs;
import dev.naru.bench.Work.Streams;
import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.Fifo;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.Cores;
import dev.naru.linux.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C programs: each round starts one, which forks its second side and pins both. */
final class CContestant implements Contestant {
    private static final int RING_BYTES = 1 << 20;
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Work work;
    private final int firstCore;
    private final int secondCore;
    private final Path there;
    private final Path back;
    private final List<Object> words;
    private final Path program;

    private CContestant(CPeers peers, Race race, Cores.Pair cores, Path directory)
            throws IOException, InterruptedException, UnavailableException {
        this.work = race.work();
        this.firstCore = cores.first();
        this.secondCore = race.placement().second(cores);
        this.there = directory.resolve("c.there");
        this.back = directory.resolve("c.back");
        this.words = words();
        this.program = peers.program(words.getFirst().toString());
    }

    /** Its FIFOs, or the file of its socket, if it needs them, are made in that directory. */
    static CContestant open(CPeers peers, Race race, Cores.Pair cores, Path directory)
            throws IOException, InterruptedException, UnavailableException {
        CContestant made = new CContestant(peers, race, cores, directory);
        if (made.needsFifos()) {
            Fifo _ = Fifo.openOrCreate(made.there);
            Fifo _ = Fifo.openOrCreate(made.back);
        }
        return made;
    }

    /** The name of its program, and what that is told but for the amount. */
    private List<Object> words() {
        return switch (work) {
            case RoundTrips trips ->
                List.of(
                        "rtt",
                        kind(trips.carrier(), there),
                        trips.carrier().isSocket() ? "same" : kind(trips.carrier(), back),
                        firstCore,
                        secondCore,
                        trips.bytes());
            case OneWay pieces ->
                List.of(
                        "stream",
                        kind(pieces.carrier(), there),
                        firstCore,
                        secondCore,
                        pieces.pieceBytes(),
                        pieces.capacityBytes(),
                        pieces.peerReadBytes());
            case RingTrips trips ->
                List.of("ringrtt", trips.peers().word(), firstCore, secondCore, trips.capacityBytes());
            case RingOneWay messages ->
                List.of(
                        "ringstream",
                        firstCore,
                        secondCore,
                        messages.peerCapacityBytes(),
                        messages.bytes(),
                        messages.batch());
            case QueueTrips trips -> List.of("queuertt", trips.kind().word(), firstCore, secondCore, trips.bytes());
            case QueueOneWay messages ->
                List.of("queuestream", messages.kind().word(), firstCore, secondCore, messages.bytes());
            case LockPairs _ -> List.of("mutex", firstCore);
            case SemaphorePairs _ -> List.of("semaphore", firstCore);
            case LogDelivery delivery
            when delivery.spins() ->
                List.of(
                        "logdelivery",
                        MEMORY,
                        firstCore,
                        secondCore,
                        delivery.bytes(),
                        delivery.percentile(),
                        delivery.gapNanos());
            case LogDelivery delivery ->
                List.of(
                        "delivery",
                        delivery.policy().word(),
                        firstCore,
                        secondCore,
                        RING_BYTES,
                        delivery.bytes(),
                        delivery.percentile(),
                        delivery.gapNanos());
            case LogFlush flush -> List.of("flush", there, firstCore, flush.bytes());
            case LogAppend append -> List.of("append", MEMORY, firstCore, append.bytes());
            case LogRead read when read.batch() == 1 -> List.of("logread", MEMORY, firstCore, read.bytes());
            case LogRead _, LogPoll _, LogWriters _, RingIdle _, Relay _, Clients _, Rpc _ ->
                throw new IllegalArgumentException("C has no program for " + work);
        };
    }

    @Override
    public void warmUp(Amount amount) {
        // a compiler has done it
    }

    private static String kind(Carrier carrier, Path path) {
        return switch (carrier) {
            case PIPE -> "pipe";
            case FIFO -> path.toString();
            case UNIX -> "unix:" + path;
            case TCP -> "tcp";
        };
    }

    @Override
    public long round(Amount amount) throws IOException, InterruptedException {
        String name = words.getFirst().toString();
        List<String> command = new ArrayList<>(List.of(program.toString()));
        words.stream().skip(1).map(Object::toString).forEach(command::add);
        command.add(Long.toString(amount.warmup()));
        command.add(Long.toString(amount.count()));
        try (AnonymousPipe pipe = AnonymousPipe.create();
                Lines answer = new Lines(pipe.reader(), name)) {
            ChildProcess child = Command.of(command).stdout(pipe.writer()).start();
            try {
                long nanos = answer.nextNumber();
                ExitStatus status = child.waitFor();
                if (!status.isSuccess()) {
                    throw new IOException(name + " ended with status " + status.shellCode());
                }
                return nanos;
            } finally {
                boolean _ = child.kill(); // it has ended, unless we are on the way out
            }
        }
    }

    private boolean needsFifos() {
        return work instanceof Streams streams && streams.carrier() == Carrier.FIFO;
    }

    @Override
    public void close() throws IOException {
        if (needsFifos()) {
            Fifo.remove(there);
            Fifo.remove(back);
        }
        if (work instanceof Streams streams && streams.carrier() == Carrier.UNIX) {
            boolean _ = Files.deleteIfExists(there);
        }
    }
}
