package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.LockPairs;
import dev.naru.bench.Work.Memory;
import dev.naru.bench.Work.RingIdle;
import dev.naru.bench.Work.RingOneWay;
import dev.naru.bench.Work.RingTrips;
import dev.naru.bench.Work.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ours or a Java peer's, with shared memory: JVMs that stay warm over the rounds. Their files go with it. */
final class JvmContestant implements Contestant {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int SOME_BYTES = 64 * 1024;

    private final Scratch memory;

    /** The one that measures is the last where there are several; the others share what is sent. */
    private final List<SideProcess> sides;

    private final int producers;

    private JvmContestant(Scratch memory, List<SideProcess> sides, int producers) {
        this.memory = memory;
        this.sides = sides;
        this.producers = producers;
    }

    /**
     * Starts its processes.
     *
     * @param ours whether it runs as we do, or as the peer does
     */
    static JvmContestant open(Equipment equipment, Race race, Memory work, boolean ours)
            throws IOException, UnavailableException {
        if (!Files.isWritable(MEMORY)) {
            throw new UnavailableException(MEMORY + " is not there, or not to be written: mount a tmpfs there");
        }
        Library library = ours ? Library.NARU : Library.named(race.peer());
        Scratch memory = Scratch.createIn(MEMORY);
        List<SideProcess> sides = new ArrayList<>();
        try {
            List<List<String>> roles = roles(work, library, ours, memory.directory());
            for (List<String> role : roles) {
                boolean far = sides.size() == roles.size() - 1 && roles.size() > 1;
                int core = far
                        ? race.placement().second(equipment.cores())
                        : equipment.cores().first();
                sides.add(SideProcess.start(equipment, core, library.options(), role, UnaryOperator.identity()));
            }
            sides.forEach(side -> side.endsAlso(sides));
            return new JvmContestant(memory, List.copyOf(sides), producers(work));
        } catch (IOException | UnavailableException refused) {
            closeAll(sides, memory);
            throw refused;
        }
    }

    private static int producers(Memory work) {
        return work instanceof RingOneWay oneWay ? oneWay.producers() : 1;
    }

    private static List<List<String>> roles(Memory work, Library library, boolean ours, Path folder) {
        return switch (work) {
            case RingTrips trips -> {
                Wait wait = ours ? trips.ours() : trips.peers();
                RingTask task = new RingTask(library, folder, wait, trips.bytes(), trips.capacityBytes(), 1, 1);
                yield List.of(role("ring-ask", task), role("ring-answer", task));
            }
            case RingOneWay messages -> {
                int capacity = ours ? messages.ourCapacityBytes() : messages.peerCapacityBytes();
                RingTask task = new RingTask(
                        library, folder, Wait.SPIN, messages.bytes(), capacity, messages.batch(), messages.producers());
                List<List<String>> all =
                        new ArrayList<>(Collections.nCopies(messages.producers(), role("ring-send", task)));
                all.add(role("ring-receive", task));
                yield all;
            }
            case RingIdle idle -> alone("ring-idle", library, folder, ours ? idle.ours() : idle.peers());
            case LockPairs _ -> alone("lock", library, folder, Wait.SPIN);
        };
    }

    private static List<List<String>> alone(String name, Library library, Path folder, Wait wait) {
        return List.of(role(name, new RingTask(library, folder, wait, Outlet.SMALL, SOME_BYTES, 1, 1)));
    }

    private static List<String> role(String name, RingTask task) {
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(task.words());
        return words;
    }

    @Override
    public long round(Amount amount) throws IOException {
        Amount share = amount.share(producers);
        for (int i = sides.size() - 1; i >= 0; i--) {
            sides.get(i).begin(i == sides.size() - 1 ? amount : share);
        }
        long measured = 0;
        for (SideProcess side : sides) {
            measured = Math.max(measured, side.finish()); // those that do not measure say 0
        }
        return measured;
    }

    @Override
    public void warmUp(Amount amount) throws IOException {
        long _ = round(amount);
    }

    @Override
    public void close() throws IOException {
        closeAll(sides, memory);
    }

    private static void closeAll(List<SideProcess> sides, Scratch memory) throws IOException {
        try (memory) {
            for (SideProcess side : sides) {
                side.close();
            }
        }
    }
}
