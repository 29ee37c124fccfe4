package dev.naru.bench;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Command;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.ChildProcess;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.ExitStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.Signal;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A JVM that runs {@link Side}, pinned as a whole, and driven by lines. */
final class SideProcess implements Closeable {
    private final ChildProcess process;
    private final PipeWriter orders;
    private final Lines answers;

    private SideProcess(ChildProcess process, PipeWriter orders, Lines answers) {
        this.process = process;
        this.orders = orders;
        this.answers = answers;
    }

    /**
     * Starts one.
     *
     * @param core where it is pinned
     * @param options of the JVM
     * @param role what it does: the arguments of {@link Side}
     * @param ends gives it its descriptors
     */
    static SideProcess start(
            Equipment equipment, int core, List<String> options, List<String> role, UnaryOperator<Command> ends)
            throws IOException, UnavailableException {
        return start(equipment, Integer.toString(core), options, role, ends);
    }

    /** The same on both cores. */
    static SideProcess start(Equipment equipment, List<String> options, List<String> role)
            throws IOException, UnavailableException {
        String cores = equipment.cores().first() + "," + equipment.cores().second();
        return start(equipment, cores, options, role, UnaryOperator.identity());
    }

    private static SideProcess start(
            Equipment equipment, String cores, List<String> options, List<String> role, UnaryOperator<Command> ends)
            throws IOException, UnavailableException {
        List<String> command = new ArrayList<>(List.of(
                "taskset", "--cpu-list", cores, equipment.java().toString(), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(equipment.options());
        command.addAll(options);
        command.addAll(List.of("-cp", equipment.classPath(), Side.class.getName()));
        command.addAll(role);
        AnonymousPipe input = AnonymousPipe.create();
        AnonymousPipe output = AnonymousPipe.create();
        try {
            ChildProcess process = ends.apply(
                            Command.of(command).stdin(input.reader()).stdout(output.writer()))
                    .start();
            return new SideProcess(process, input.writer(), new Lines(output.reader(), "side " + role.getFirst()));
        } catch (IOException refused) {
            try (input) {
                output.close();
            }
            if (refused instanceof ErrnoException errno && errno.problem() == Problem.NO_COMMAND) {
                throw new UnavailableException("there is no 'taskset' to pin JVMs with: install util-linux");
            }
            throw refused;
        }
    }

    /** Kills the others when it has ended, in whatever way: who spins waits for ever. */
    void endsAlso(List<SideProcess> others) {
        var _ = process.onExit().thenRun(() -> others.forEach(SideProcess::tryKill));
    }

    /** Kills it, and does not wait until it is gone. */
    void kill() throws ErrnoException {
        boolean _ = process.kill();
    }

    /** Kills it if that can be done. */
    void tryKill() {
        try {
            kill();
        } catch (ErrnoException refused) {
            System.getLogger(SideProcess.class.getName()).log(System.Logger.Level.WARNING, "not killed", refused);
        }
    }

    /** Stops it, with all of its threads; who waits by spinning would take the core from another's round. */
    void pause() throws ErrnoException {
        boolean _ = process.send(Signal.SIGSTOP);
    }

    /** Has it go on. */
    void resume() throws ErrnoException {
        boolean _ = process.send(Signal.SIGCONT);
    }

    /** Waits for what it has to say before it begins: where it listens. */
    String word() throws IOException {
        return answers.next();
    }

    /** Has it do its part once. */
    void begin(Work.Amount amount) throws IOException {
        String line = amount.warmup() + " " + amount.count() + "\n";
        int _ = orders.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Waits until it has done its part; the ns that it measured, 0 for one that does not measure. */
    long finish() throws IOException {
        return answers.nextNumber();
    }

    /** Ends it, and comes back when it is gone. */
    @Override
    public void close() throws IOException {
        try (orders;
                answers) {
            boolean _ = process.kill();
            ExitStatus _ = process.onExit().join();
        }
    }
}
