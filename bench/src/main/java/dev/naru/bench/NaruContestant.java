package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.OneWay;
import dev.naru.bench.Work.RoundTrips;
import dev.naru.bench.Work.Streams;
import dev.naru.channels.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ours, with streams: two JVMs that stay warm over the rounds. */
final class NaruContestant implements Contestant {
    private static final int FIRST_END = 3;
    private static final int SECOND_END = 4;

    private final NaruStream there;
    private final NaruStream back;
    private final SideProcess first;
    private final SideProcess second;

    private NaruContestant(NaruStream there, NaruStream back, SideProcess first, SideProcess second) {
        this.there = there;
        this.back = back;
        this.first = first;
        this.second = second;
    }

    /** Starts both. FIFOs, if the race is about them, are made in that directory. */
    static NaruContestant open(Equipment equipment, Streams work, Placement placement, Path directory)
            throws IOException, UnavailableException {
        NaruStream there = NaruStream.create(work.carrier(), directory.resolve("naru.there"));
        try {
            NaruStream back = NaruStream.create(work.carrier(), directory.resolve("naru.back"));
            try {
                return start(equipment, work, placement, there, back);
            } catch (IOException | UnavailableException refused) {
                back.close();
                throw refused;
            }
        } catch (IOException | UnavailableException refused) {
            there.close();
            throw refused;
        }
    }

    private static NaruContestant start(
            Equipment equipment, Streams work, Placement placement, NaruStream there, NaruStream back)
            throws IOException, UnavailableException {
        List<String> firstRole = firstRole(work, there, back);
        List<String> secondRole = secondRole(work, there, back);
        UnaryOperator<Command> firstEnds = command -> back.giveReader(there.giveWriter(command, FIRST_END), SECOND_END);
        UnaryOperator<Command> secondEnds =
                command -> back.giveWriter(there.giveReader(command, FIRST_END), SECOND_END);
        SideProcess first = SideProcess.start(equipment, equipment.cores().first(), List.of(), firstRole, firstEnds);
        try {
            int core = placement.second(equipment.cores());
            SideProcess second = SideProcess.start(equipment, core, List.of(), secondRole, secondEnds);
            return new NaruContestant(there, back, first, second);
        } catch (IOException | UnavailableException refused) {
            first.close();
            throw refused;
        }
    }

    private static List<String> firstRole(Streams work, NaruStream there, NaruStream back) {
        return switch (work) {
            case RoundTrips trips ->
                List.of("ask", there.address(FIRST_END), back.address(SECOND_END), Integer.toString(trips.bytes()));
            case OneWay pieces ->
                List.of(
                        pieces.lent() ? "lend" : "send",
                        there.address(FIRST_END),
                        Integer.toString(pieces.pieceBytes()),
                        Integer.toString(pieces.capacityBytes()));
        };
    }

    private static List<String> secondRole(Streams work, NaruStream there, NaruStream back) {
        return switch (work) {
            case RoundTrips trips ->
                List.of("answer", there.address(FIRST_END), back.address(SECOND_END), Integer.toString(trips.bytes()));
            case OneWay pieces -> List.of("receive", there.address(FIRST_END), Integer.toString(pieces.ourReadBytes()));
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
        try (there;
                back;
                first) {
            second.close();
        }
    }
}
