package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.channels.Fifo;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.memory.Ring;
import dev.naru.memory.SharedBarrier;
import dev.naru.memory.SharedEvent;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedMemory;
import dev.naru.memory.SharedReadWriteLock;
import dev.naru.memory.SharedSemaphore;
import dev.naru.queues.PosixQueue;
import dev.naru.queues.SystemVQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code naru rm}: removes IPC objects by their addresses, or those whose users are all dead. */
@Command(
        name = "rm",
        description = {
            "Remove IPC objects by their addresses, as 'naru KIND rm' does.",
            "With --orphans: show which of them are orphans, and remove those with --yes. Only what is the caller's own, and only"
                    + " where death is proved. Without addresses, all rings, locks, events, barriers and servers of calls that have a name;"
                    + " the"
                    + " kernel's own objects only when named, since they are made to outlive their users, and System V queues and"
                    + " semaphores never, since the kernel does not tell who uses them."
        })
final class RmCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(
            arity = "0..*",
            paramLabel = "ADDRESS",
            description =
                    "What: shm:/x, sysv:0x6a01, mq:/x, sem:/x, ring:/x, lock:/x, rwlock:/x, event:/x, barrier:/x, rpc:/x,"
                            + " fifo:x.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--orphans", description = "Only orphans: shown, and with --yes removed.")
    private boolean orphans;

    @Option(
            names = {"-y", "--yes"},
            description = "With --orphans: remove them.")
    private boolean yes;

    @Option(names = "--json", description = "With --orphans: one JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    RmCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        if (texts.isEmpty() && !orphans) {
            throw new ParameterException(spec.commandLine(), "name an ADDRESS, or ask for --orphans");
        }
        if (!orphans && (yes || json)) {
            throw new ParameterException(spec.commandLine(), "--yes and --json go with --orphans");
        }
        List<Address> named = texts.stream().map(Address::parse).toList();
        return orphans ? removeOrphans(named) : Removal.each(context, named, RmCommand::remove);
    }

    private int removeOrphans(List<Address> named) throws IOException, CliException {
        int status = 0;
        List<Address> candidates = named.isEmpty() ? Orphan.candidates() : named;
        for (Address candidate : candidates) {
            try {
                Orphan judged = Orphan.judge(candidate);
                boolean removed = judged.isProved() && yes;
                if (removed) {
                    remove(candidate);
                }
                print(judged, removed);
            } catch (IOException refused) { // the others are looked at all the same
                if (named.isEmpty() && isGone(refused)) {
                    continue;
                }
                int failed = Failures.report(context, refused);
                status = status == 0 ? failed : status;
            }
        }
        context.requireOutput();
        return status;
    }

    /** Somebody has removed it since it was listed. */
    private static boolean isGone(IOException refused) {
        return refused instanceof ErrnoException kernel && kernel.errno() == Errno.ENOENT;
    }

    private void print(Orphan judged, boolean removed) {
        if (json) {
            new JsonLines(context.out()).line(body -> {
                body.writeStringProperty("address", judged.address().toString());
                body.writeBooleanProperty("proved", judged.isProved());
                body.writeBooleanProperty("removed", removed);
                body.writeStringProperty("why", judged.why());
            });
        } else {
            String verdict = removed ? "removed" : judged.isProved() ? "would remove" : "keeps";
            context.out().println(verdict + " " + Escapes.of(judged.address().toString()) + ": " + judged.why());
        }
    }

    /** Whatever it is. */
    static void remove(Address address) throws IOException {
        switch (address) {
            case Address.FifoPath fifo -> Fifo.remove(fifo.path());
            case Address.Memory memory -> SharedMemory.remove(memory);
            case Address.PosixQueue queue -> PosixQueue.remove(queue);
            case Address.SystemVQueue queue -> SystemVQueue.remove(queue);
            case Address.Semaphore semaphore -> SharedSemaphore.remove(semaphore);
            case Address.Ring ring -> Ring.remove(ring); // of either kind
            case Address.Lock lock -> SharedLock.remove(lock);
            case Address.ReadWriteLock lock -> SharedReadWriteLock.remove(lock);
            case Address.Event event -> SharedEvent.remove(event);
            case Address.Barrier barrier -> SharedBarrier.remove(barrier);
            case Address.Topic _ -> throw new AddressException(address.toString(), "use 'naru topic delete'");
            case Address.Rpc server -> FoundServer.remove(server);
            case Address.UnixFile socket -> Files.delete(socket.path());
            case Address.Pipe _, Address.Standard _, Address.Fd _, Address.UnixAbstract _, Address.Tcp _ ->
                throw new AddressException(address.toString(), "it goes with the process that has it");
        }
    }
}
