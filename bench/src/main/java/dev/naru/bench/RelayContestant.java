package dev.naru.bench;

import dev.naru.bench.Work.Amount;
import dev.naru.bench.Work.Relay;
import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.Descriptor;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A relay from a file at its standard input to a Unix socket, ours or {@code socat}. Each round starts one, and beforehand the C
 * program at its far end, {@code sink.c}, which measures.
 */
final class RelayContestant implements Contestant {
    private static final String READ_BYTES = Integer.toString(256 * 1024);
    private static final Path NOWHERE = Path.of("/dev/null");

    private final List<String> relay;
    private final List<String> sink;
    private final Relay work;
    private final Path file;
    private final Path socket;

    private RelayContestant(List<String> relay, List<String> sink, Relay work, Path file, Path socket) {
        this.relay = relay;
        this.sink = sink;
        this.work = work;
        this.file = file;
        this.socket = socket;
    }

    /** Ours, {@code naru relay}, as the launcher starts it, but without its AOT cache. */
    static RelayContestant ours(Equipment equipment, CPeers peers, Relay work, Path directory)
            throws IOException, InterruptedException, UnavailableException {
        Path socket = directory.resolve("naru.relay");
        return open(
                List.of(
                        equipment.java().toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        equipment.classPath(),
                        "dev.naru.cli.Main",
                        "relay",
                        "-",
                        "unix:" + socket),
                equipment,
                peers,
                work,
                socket);
    }

    /** {@code socat}, in pieces of the size that is its best. */
    static RelayContestant socat(Equipment equipment, CPeers peers, Relay work, Path directory)
            throws IOException, InterruptedException, UnavailableException {
        Path socket = directory.resolve("socat.relay");
        List<String> command = List.of("socat", "-u", "-b", READ_BYTES, "-", "UNIX-CONNECT:" + socket);
        try {
            Command.of(command).requireProgram();
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.NO_COMMAND) {
                throw new UnavailableException("there is no 'socat': install it (Debian: socat)");
            }
            throw refused;
        }
        return open(command, equipment, peers, work, socket);
    }

    /** That command, which connects to the socket, at the first core; the sink gets the second. */
    static RelayContestant open(List<String> command, Equipment equipment, CPeers peers, Relay work, Path socket)
            throws IOException, InterruptedException, UnavailableException {
        List<String> pinned = new ArrayList<>(List.of(
                "taskset", "--cpu-list", Integer.toString(equipment.cores().first())));
        pinned.addAll(command);
        List<String> sink = List.of(
                peers.program("sink").toString(),
                socket.toString(),
                Integer.toString(equipment.cores().second()),
                READ_BYTES);
        return new RelayContestant(pinned, sink, work, socket.resolveSibling("relay.file"), socket);
    }

    /** Makes the file, unless the other one has, and has the kernel keep it in memory. */
    @Override
    public void warmUp(Amount amount) throws IOException, InterruptedException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(work.bytes(amount)); // a hole: the disk has no part in it
        }
        long _ = round(amount);
    }

    @Override
    public long round(Amount amount) throws IOException, InterruptedException {
        List<String> counting = new ArrayList<>(sink);
        counting.add(Long.toString(work.bytes(amount)));
        try (AnonymousPipe pipe = AnonymousPipe.create();
                Lines said = new Lines(pipe.reader(), "sink")) {
            ChildProcess far = Command.of(counting).stdout(pipe.writer()).start();
            try {
                String _ = said.next(); // it listens
                return relayTo(far, said);
            } finally {
                boolean _ = far.kill(); // it has ended, unless we are on the way out
            }
        }
    }

    private long relayTo(ChildProcess far, Lines said) throws IOException, InterruptedException {
        long before = System.nanoTime();
        ChildProcess near = start();
        try {
            var _ = near.onExit().thenAccept(status -> endUnlessGood(status, far)); // else it would wait for ever
            long firstAt = said.nextNumber();
            long nanos = said.nextNumber();
            requireSuccess("relay", near);
            requireSuccess("sink", far);
            return work.start() ? firstAt - before : nanos; // both clocks are CLOCK_MONOTONIC
        } finally {
            boolean _ = near.kill();
        }
    }

    private ChildProcess start() throws IOException {
        try (Descriptor in = Descriptor.open(file, Descriptor.Access.READ);
                Descriptor out = Descriptor.open(NOWHERE, Descriptor.Access.WRITE)) {
            return Command.of(relay).descriptor(0, in).descriptor(1, out).start();
        }
    }

    private static void endUnlessGood(ExitStatus status, ChildProcess far) {
        if (status.isSuccess()) {
            return;
        }
        try {
            boolean _ = far.kill();
        } catch (ErrnoException refused) {
            System.getLogger(RelayContestant.class.getName()).log(System.Logger.Level.WARNING, "not killed", refused);
        }
    }

    private static void requireSuccess(String who, ChildProcess child) throws IOException, InterruptedException {
        ExitStatus status = child.waitFor();
        if (!status.isSuccess()) {
            throw new IOException(who + " ended with status " + status.shellCode());
        }
    }

    @Override
    public void close() throws IOException {
        boolean _ = Files.deleteIfExists(socket);
        boolean _ = Files.deleteIfExists(file);
    }
}
