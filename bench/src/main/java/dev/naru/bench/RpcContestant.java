package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Rpc;
import dev.naru.bench.Work.Wait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A client and a server with generated stubs, over shared memory or a transport of gRPC's own: two JVMs that stay connected and warm over the rounds. */
final class RpcContestant implements Contestant {
    private final Scratch files;
    private final List<SideProcess> sides = new ArrayList<>();

    /** When a signal ends the runner: who is stopped does not see the end of its input. */
    private final Thread hook =
            Thread.ofPlatform().name("naru-bench-calls").unstarted(() -> sides.forEach(SideProcess::tryKill));

    private RpcContestant(Scratch files) {
        this.files = files;
    }

    /** Starts both. What files they make lie in memory, and go with it. */
    static RpcContestant open(Equipment equipment, Rpc work, Placement placement, RpcLibrary library)
            throws IOException, UnavailableException {
        RpcContestant contestant = new RpcContestant(Scratch.createIn(JvmContestant.memory()));
        try {
            contestant.start(equipment, work, placement, library);
            return contestant;
        } catch (IOException | UnavailableException refused) {
            contestant.close();
            throw refused;
        }
    }

    private void start(Equipment equipment, Rpc work, Placement placement, RpcLibrary library)
            throws IOException, UnavailableException {
        String folder = files.directory().toString();
        Wait wait = work.ours();
        SideProcess server = start(
                equipment,
                placement.second(equipment.cores()),
                List.of("rpc-serve", library.name(), folder, wait.name()));
        List<String> client = List.of(
                role(work),
                library.name(),
                folder,
                wait.name(),
                Integer.toString(work.bytes()),
                Integer.toString(work instanceof Work.RpcFlight flight ? flight.calls() : 1));
        SideProcess _ = start(equipment, equipment.cores().first(), client);
        sides.forEach(side -> side.endsAlso(sides));
        String _ = server.word(); // when it is ready
        Runtime.getRuntime().addShutdownHook(hook);
        pause();
    }

    private SideProcess start(Equipment equipment, int core, List<String> role)
            throws IOException, UnavailableException {
        SideProcess side = SideProcess.start(equipment, core, RpcLibrary.OPTIONS, role, UnaryOperator.identity());
        sides.add(side);
        return side;
    }

    private static String role(Rpc work) {
        return switch (work) {
            case Work.RpcTrips _ -> "rpc-trips";
            case Work.RpcCalls _ -> "rpc-calls";
            case Work.RpcFlight _ -> "rpc-flight";
            case Work.RpcStream _ -> "rpc-stream";
        };
    }

    /** The client measures; a server has no rounds. Between them both are stopped, since threads of a transport that spins never rest. */
    @Override
    public long round(Amount amount) throws IOException {
        for (SideProcess side : sides) {
            side.resume();
        }
        SideProcess client = sides.getLast();
        client.begin(amount);
        long nanos = client.finish();
        pause();
        return nanos;
    }

    private void pause() throws IOException {
        for (SideProcess side : sides) {
            side.pause();
        }
    }

    /** By time and not by calls: compilers take theirs, however short a call is. */
    @Override
    public void warmUp(Amount amount) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(amount.warmup());
        do {
            long _ = round(new Amount(0, amount.count()));
        } while (System.nanoTime() < end);
    }

    @Override
    public void close() throws IOException {
        try (files) {
            for (SideProcess side : sides.reversed()) {
                side.close();
            }
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // the hook has done it
        }
    }
}
