package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.LockPairs;
import dev.naru.bench.Work.Log;
import dev.naru.bench.Work.LogAppend;
import dev.naru.bench.Work.LogDelivery;
import dev.naru.bench.Work.LogFlush;
import dev.naru.bench.Work.LogPoll;
import dev.naru.bench.Work.LogRead;
import dev.naru.bench.Work.LogWriters;
import dev.naru.bench.Work.Memory;
import dev.naru.bench.Work.RingIdle;
import dev.naru.bench.Work.RingOneWay;
import dev.naru.bench.Work.RingTrips;
import dev.naru.bench.Work.SemaphorePairs;
import dev.naru.bench.Work.Wait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Ours or a Java peer's, with shared memory or a log: JVMs that stay warm over the rounds. Their files go with it. */
final class JvmContestant implements Contestant {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int SOME_BYTES = 64 * 1024;
    private static final int MEDIAN = 50;

    private final Scratch memory;

    /** The one that measures is the last where there are several; the others share what is sent. */
    private final List<SideProcess> sides;

    private final int producers;

    /** Whether the last one sends too, and has no more than its share. */
    private final boolean allSend;

    private JvmContestant(Scratch memory, List<SideProcess> sides, int producers, boolean allSend) {
        this.memory = memory;
        this.sides = sides;
        this.producers = producers;
        this.allSend = allSend;
    }

    /**
     * Starts its processes.
     *
     * @param ours whether it runs as we do, or as the peer does
     */
    static JvmContestant open(Equipment equipment, Race race, Memory work, boolean ours)
            throws IOException, UnavailableException {
        Library library = ours ? Library.NARU : Library.named(race.peer());
        Scratch memory = Scratch.createIn(memory());
        List<List<String>> roles = roles(work, library, ours, memory.directory());
        return start(equipment, race.placement(), memory, library.options(), roles, producers(work), false);
    }

    /** The same with a log, on the disk or in memory. */
    static JvmContestant openLog(Equipment equipment, Race race, Log work, boolean ours)
            throws IOException, UnavailableException {
        LogLibrary library =
                ours ? LogLibrary.NARU : LogLibrary.valueOf(race.peer().toUpperCase(Locale.ROOT));
        Scratch files = work.onDisk() ? Scratch.create() : Scratch.createIn(memory());
        List<List<String>> roles = logRoles(work, ours, LogTask.alone(library, files.directory(), bytes(work)));
        int writers = work.writers(ours);
        return start(equipment, race.placement(), files, library.options(), roles, writers, writers > 1);
    }

    /** A folder whose files lie in memory. */
    static Path memory() throws UnavailableException {
        if (!Files.isWritable(MEMORY)) {
            throw new UnavailableException(MEMORY + " is not there, or not to be written: mount a tmpfs there");
        }
        return MEMORY;
    }

    private static JvmContestant start(
            Equipment equipment,
            Placement placement,
            Scratch files,
            List<String> options,
            List<List<String>> roles,
            int producers,
            boolean allSend)
            throws IOException, UnavailableException {
        List<SideProcess> sides = new ArrayList<>();
        try {
            for (List<String> role : roles) {
                boolean far = sides.size() == roles.size() - 1 && roles.size() > 1;
                int core = far
                        ? placement.second(equipment.cores())
                        : equipment.cores().first();
                sides.add(SideProcess.start(equipment, core, options, role, UnaryOperator.identity()));
            }
            sides.forEach(side -> side.endsAlso(sides));
            return new JvmContestant(files, List.copyOf(sides), producers, allSend);
        } catch (IOException | UnavailableException refused) {
            closeAll(sides, files);
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
            case SemaphorePairs _ -> alone("semaphore", library, folder, Wait.SPIN);
        };
    }

    private static int bytes(Log work) {
        return switch (work) {
            case LogAppend append -> append.bytes();
            case LogRead read -> read.bytes();
            case LogPoll poll -> poll.bytes();
            case LogDelivery delivery -> delivery.bytes();
            case LogWriters writers -> writers.bytes();
            case LogFlush flush -> flush.bytes();
        };
    }

    private static List<List<String>> logRoles(Log work, boolean ours, LogTask task) {
        return switch (work) {
            case LogAppend append -> List.of(role("log-append", task.batched(append.batch())));
            case LogRead read -> List.of(role("log-read", task.batched(read.batch())));
            case LogPoll _ -> List.of(role(ours ? "poll-member" : "poll-cursor", task));
            case LogDelivery delivery -> {
                LogTask paced = task.delivered(delivery.policy(), delivery.percentile(), delivery.gapNanos());
                yield List.of(role("log-send", paced.sideOf(0, 2)), role("log-receive", paced.sideOf(1, 2)));
            }
            case LogWriters writers -> {
                LogTask each = writers.flushed() ? task.flushedFor(ours ? writers.threads() : 1, 0) : task;
                List<List<String>> all = new ArrayList<>();
                for (int i = 0; i < writers.writers(ours); i++) {
                    all.add(role("log-append", each.sideOf(i, writers.writers(ours))));
                }
                yield all;
            }
            case LogFlush _ -> List.of(role("log-flush", task.flushedFor(1, MEDIAN)));
        };
    }

    private static List<String> role(String name, LogTask task) {
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(task.words());
        return words;
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
            sides.get(i).begin(i == sides.size() - 1 && !allSend ? amount : share);
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
