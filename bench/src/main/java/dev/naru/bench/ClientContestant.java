package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Clients;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program with Kafka's client interfaces: over a store and alone, or with a broker of Apache Kafka. Either has both cores. What they
 * keep lies in memory, and goes with it.
 */
final class ClientContestant implements Contestant {
    private final Scratch files;
    private final List<SideProcess> sides = new ArrayList<>();

    private ClientContestant(Scratch files) {
        this.files = files;
    }

    /** Starts its processes. */
    static ClientContestant open(Equipment equipment, Clients work, ClientLibrary library)
            throws IOException, UnavailableException {
        ClientContestant contestant = new ClientContestant(Scratch.createIn(JvmContestant.memory()));
        try {
            contestant.start(equipment, work, library);
            return contestant;
        } catch (IOException | UnavailableException refused) {
            contestant.close();
            throw refused;
        }
    }

    private void start(Equipment equipment, Clients work, ClientLibrary library)
            throws IOException, UnavailableException {
        Path folder = files.directory();
        String place = folder.toString();
        if (library == ClientLibrary.KAFKA) {
            place = start(equipment, ClientLibrary.BROKER_OPTIONS, List.of("kafka-broker", place))
                    .word(); // when it is ready
        }
        SideProcess _ = start(equipment, ClientLibrary.OPTIONS, role(work, library, place));
        sides.forEach(side -> side.endsAlso(sides));
    }

    private SideProcess start(Equipment equipment, List<String> options, List<String> role)
            throws IOException, UnavailableException {
        SideProcess side = SideProcess.start(equipment, options, role);
        sides.add(side);
        return side;
    }

    private static List<String> role(Clients work, ClientLibrary library, String place) {
        String name = switch (work) {
            case Work.Produce _ -> "client-produce";
            case Work.Consume _ -> "client-consume";
        };
        return List.of(name, library.name(), place, Integer.toString(work.bytes()));
    }

    /** The program measures; a broker has no rounds. */
    @Override
    public long round(Amount amount) throws IOException {
        SideProcess program = sides.getLast();
        program.begin(amount);
        return program.finish();
    }

    @Override
    public void warmUp(Amount amount) throws IOException {
        long _ = round(amount);
    }

    @Override
    public void close() throws IOException {
        try (files) {
            for (SideProcess side : sides.reversed()) {
                side.close();
            }
        }
    }
}
