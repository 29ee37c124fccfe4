package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Carrier;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.RoundTrips;
import dev.naru.bench.Work.Streams;
import dev.naru.channels.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ours, through a socket: two JVMs that stay connected and warm over the rounds. */
final class SocketContestant implements Contestant {
    private final Path file;
    private final SideProcess first;
    private final SideProcess second;

    private SocketContestant(Path file, SideProcess first, SideProcess second) {
        this.file = file;
        this.first = first;
        this.second = second;
    }

    /** Starts both, the one that listens first. The file of a Unix socket is made in that directory. */
    static SocketContestant open(Equipment equipment, Streams work, Placement placement, Path directory)
            throws IOException, UnavailableException {
        Path file = directory.resolve("naru.socket");
        Address wanted = work.carrier() == Carrier.UNIX ? new Address.UnixFile(file) : new Address.Tcp("127.0.0.1", 0);
        int core = placement.second(equipment.cores());
        SideProcess second = start(equipment, core, secondRole(work, wanted.toString()));
        try {
            SideProcess first = start(equipment, equipment.cores().first(), firstRole(work, second.word()));
            return new SocketContestant(file, first, second);
        } catch (IOException | UnavailableException refused) {
            second.close();
            throw refused;
        }
    }

    private static SideProcess start(Equipment equipment, int core, List<String> role)
            throws IOException, UnavailableException {
        return SideProcess.start(equipment, core, List.of(), role, UnaryOperator.identity());
    }

    private static List<String> firstRole(Streams work, String address) {
        return switch (work) {
            case RoundTrips trips -> List.of("socket-ask", address, Integer.toString(trips.bytes()));
            case OneWay pieces ->
                List.of(
                        "socket-send",
                        address,
                        Integer.toString(pieces.pieceBytes()),
                        Integer.toString(pieces.capacityBytes()));
        };
    }

    private static List<String> secondRole(Streams work, String address) {
        return switch (work) {
            case RoundTrips trips -> List.of("socket-answer", address, Integer.toString(trips.bytes()));
            case OneWay pieces -> List.of("socket-receive", address, Integer.toString(pieces.ourReadBytes()));
        };
    }

    @Override
    public long round(Amount amount) throws IOException {
        second.begin(amount);
        first.begin(amount);
        return Math.max(first.finish(), second.finish()); // one of them measures, the other says 0
    }

    @Override
    public void warmUp(Amount amount) throws IOException {
        long _ = round(amount);
    }

    @Override
    public void close() throws IOException {
        try (first) {
            second.close();
        }
        boolean _ = Files.deleteIfExists(file); // where a side was killed before it was connected
    }
}
