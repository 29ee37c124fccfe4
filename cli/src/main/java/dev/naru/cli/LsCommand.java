package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** {@code naru ls}: the FIFOs under a directory, the machine's shared memory and its sockets, and who has them open. */
@Command(
        name = "ls",
        description = {
            "List the FIFOs under directories, and which processes have them open.",
            "Without a directory: those under the working directory, this machine's shared memory, message queues, semaphores,"
                    + " rings, locks, events, barriers, servers of calls and sockets, and the topics of the store at hand, which is that of NARU_STORE,"
                    + " else ./data.",
            "With kinds, such as 'sysv: mq:', or addresses of sockets, only what is named.",
            "What nobody has any more is shown as orphaned: see 'naru rm --orphans'.",
            "Other users' processes are seen only by root: ? is shown where some may be."
        })
final class LsCommand implements Callable<Integer> {
    private static final String FORM = "%-4s %-8s %-24s %-24s %s%n";

    private final Context context;

    @Parameters(
            arity = "0..*",
            paramLabel = "DIR|KIND:|SOCKET",
            description =
                    "Where to look for FIFOs (default: here); or what to list: fifo:, shm:, sysv:, mq:, sem:, ring:, lock:,"
                            + " rwlock:, event:, barrier:, rpc:, unix:, tcp:, topic:; or the sockets at an address, such as tcp:127.0.0.1:7000.")
    private List<String> places = new ArrayList<>();

    @Option(
            names = {"-a", "--all"},
            description = "Also Unix sockets without a name, and TCP connections that no process has any more.")
    private boolean all;

    @Option(names = "--json", description = "One JSON object a line and thing.")
    private boolean json;

    @Option(
            names = "--limits",
            description = "The limits of this machine and user instead, and how much is used of each.")
    private boolean limits;

    LsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        if (limits) {
            LimitsTable table = new LimitsTable();
            show(() -> table.printJson(new JsonLines(context.out())), () -> table.print(context));
            context.requireOutput();
            return 0;
        }
        List<Path> directories = new ArrayList<>();
        List<Address> addresses = new ArrayList<>();
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String place : places) {
            Optional<Kind> kind = Kind.of(place);
            if (kind.isPresent()) {
                kinds.add(kind.get());
            } else if (place.startsWith("unix:") || place.startsWith("tcp:") || place.startsWith("rpc:")) {
                addresses.add(Address.parse(place));
            } else {
                directories.add(Path.of(place));
            }
        }
        if (places.isEmpty()) {
            kinds.addAll(EnumSet.allOf(Kind.class));
        }
        if (kinds.contains(Kind.FIFO) && directories.isEmpty()) {
            directories.add(Path.of("."));
        }
        boolean hides = listFifos(directories);
        hides |= listOthers(kinds, addresses);
        context.requireOutput();
        if (hides) {
            context.sayHidden();
        }
        return 0;
    }

    /** What may be asked for alone, by what stands in front of its addresses. */
    private enum Kind {
        FIFO,
        SHM,
        SYSV,
        MQ,
        SEM,
        RING,
        LOCK,
        RWLOCK,
        EVENT,
        BARRIER,
        RPC,
        UNIX,
        TCP,
        TOPIC;

        static Optional<Kind> of(String text) {
            return Stream.of(values())
                    .filter(kind -> text.equals(kind.name().toLowerCase(Locale.ROOT) + ":"))
                    .findFirst();
        }
    }

    /** Whether some of their holders may be hidden. */
    private boolean listFifos(List<Path> directories) throws IOException, CliException {
        List<FoundFifo> found = new ArrayList<>();
        for (Path directory : directories) {
            FileStatus status = FileStatus.of(directory); // throws when it is not there, or may not be seen
            switch (status.type()) {
                case FIFO -> found.add(new FoundFifo(directory, status));
                case DIRECTORY -> found.addAll(FoundFifo.below(directory));
                default -> throw new CliException(Problem.NOT_A_FIFO, directory.toString());
            }
        }
        OpenFiles open = OpenFiles.of(found.stream().map(FoundFifo::status).toList());
        if (json) {
            JsonLines lines = new JsonLines(context.out());
            found.forEach(fifo -> lines.line(body -> write(body, fifo, open)));
        } else if (!found.isEmpty()) {
            context.out().printf(FORM, "mode", "owner", "readers", "writers", "address");
            found.forEach(fifo -> print(fifo, open));
        }
        return found.stream().anyMatch(fifo -> hides(open, fifo));
    }

    /** Those of the machine, and the topics at hand; whether some of their holders may be hidden. */
    private boolean listOthers(Set<Kind> kinds, List<Address> addresses) throws IOException, CliException {
        JsonLines lines = new JsonLines(context.out());
        boolean hides = false;
        if (kinds.contains(Kind.SHM)) {
            MemoryTable memory = new MemoryTable(context, FoundMemory.all());
            show(() -> memory.printJson(lines), memory::print);
            hides = memory.hides();
        }
        hides |= listKernels(kinds, lines);
        if (kinds.contains(Kind.RING)) {
            RingTable rings = new RingTable(context, FoundShared.rings());
            show(() -> rings.printJson(lines), rings::print);
            hides |= rings.hides();
        }
        if (kinds.contains(Kind.LOCK)) {
            LockTable locks = LockTable.all(context);
            show(() -> locks.printJson(lines), locks::print);
            hides |= locks.hides();
        }
        hides |= listSync(kinds, lines);
        if (kinds.contains(Kind.RPC)) {
            RpcTable servers = new RpcTable(context);
            show(() -> servers.printJson(lines), servers::print);
            hides |= servers.hides();
        }
        hides |= listSockets(kinds, addresses, lines);
        if (kinds.contains(Kind.TOPIC)) {
            TopicTable topics = TopicTable.atHand(context);
            show(() -> topics.printJson(lines), topics::print);
        }
        return hides;
    }

    /** Queues and semaphores of the kernel. */
    private boolean listKernels(Set<Kind> kinds, JsonLines lines) throws IOException {
        boolean hides = false;
        if (kinds.contains(Kind.SYSV)) {
            QueueTable queues = new QueueTable(context);
            show(() -> queues.printJson(lines), queues::print);
        }
        if (kinds.contains(Kind.MQ)) {
            MqTable queues = new MqTable(context);
            show(() -> queues.printJson(lines), queues::print);
            if (!places.isEmpty()) {
                queues.sayUnmounted();
            }
            hides = queues.hides();
        }
        if (kinds.contains(Kind.SEM)) {
            SemaphoreTable semaphores = new SemaphoreTable(context);
            show(() -> semaphores.printJson(lines), semaphores::print);
            hides |= semaphores.hides();
        }
        return hides;
    }

    /** What else is made from the lock. */
    private boolean listSync(Set<Kind> kinds, JsonLines lines) throws IOException {
        List<SyncTable> tables = new ArrayList<>();
        if (kinds.contains(Kind.RWLOCK)) {
            tables.add(SyncTable.readWriteLocks(context));
        }
        if (kinds.contains(Kind.EVENT)) {
            tables.add(SyncTable.events(context));
        }
        if (kinds.contains(Kind.BARRIER)) {
            tables.add(SyncTable.barriers(context));
        }
        tables.forEach(table -> show(() -> table.printJson(lines), table::print));
        return tables.stream().anyMatch(SyncTable::hides);
    }

    private boolean listSockets(Set<Kind> kinds, List<Address> addresses, JsonLines lines)
            throws IOException, CliException {
        SocketsWanted wanted = new SocketsWanted(kinds.contains(Kind.UNIX), kinds.contains(Kind.TCP), all);
        for (Address address : addresses) {
            wanted.add(address);
        }
        if (!wanted.any()) {
            return false;
        }
        SocketList sockets = SocketList.of(context, wanted);
        if (sockets.isEmpty() && !addresses.isEmpty()) {
            throw new CliException(Problem.NOBODY_LISTENS, addresses.getFirst().toString());
        }
        show(() -> sockets.printJson(lines), sockets::print);
        sockets.sayUnknown();
        return sockets.hides();
    }

    private void show(Runnable asJson, Runnable asTable) {
        (json ? asJson : asTable).run();
    }

    private static boolean hides(OpenFiles open, FoundFifo fifo) {
        return open.hidden()
                && (open.readers(fifo.status()).isEmpty()
                        || open.writers(fifo.status()).isEmpty());
    }

    private void print(FoundFifo fifo, OpenFiles open) {
        FileStatus status = fifo.status();
        context.out()
                .printf(
                        FORM,
                        Integer.toOctalString(status.mode()),
                        Escapes.of(fifo.owner()),
                        open.words(open.readers(status)),
                        open.words(open.writers(status)),
                        Escapes.of(fifo.address()));
    }

    private static void write(JsonGenerator json, FoundFifo fifo, OpenFiles open) {
        FileStatus status = fifo.status();
        json.writeStringProperty("address", fifo.address());
        json.writeStringProperty("mode", Integer.toOctalString(status.mode()));
        json.writeNumberProperty("uid", status.owner());
        json.writeStringProperty("owner", fifo.owner());
        json.writeNumberProperty("inode", status.inode());
        open.write(json, "readers", open.readers(status));
        open.write(json, "writers", open.writers(status));
        Orphaned.ofHolders(!open.holders(status).isEmpty(), open.hidden()).write(json);
    }
}
