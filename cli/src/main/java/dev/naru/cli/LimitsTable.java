package dev.naru.cli;

import dev.naru.linux.Limits;
import dev.naru.linux.PosixQueues;
import dev.naru.linux.SystemVMemory;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVSemaphores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The bounds under which IPC objects live here, and how much of each is used, where that can be known. */
final class LimitsTable {
    private static final String FORM = "%-28s %22s %14s  %s%n";
    private static final int PAGE = 4096;

    /** That may not be read here. */
    private static final long UNKNOWN = -1;

    private final List<Row> rows = new ArrayList<>();

    /**
     * A bound.
     *
     * @param name as sysctl(8) or setrlimit(2) name it
     * @param limit {@link Long#MAX_VALUE} for none
     * @param used how much of it is used now
     * @param unit what is counted
     */
    private record Row(String name, long limit, OptionalLong used, String unit) {}

    LimitsTable() throws IOException {
        systemV();
        posix();
        files();
        sockets();
    }

    private void systemV() throws IOException {
        List<SystemVQueues.Status> queues = SystemVQueues.list();
        add("kernel.msgmni", queues.size(), "System V queues");
        add("kernel.msgmax", "B in a message");
        add(
                "kernel.msgmnb",
                queues.stream().mapToLong(SystemVQueues.Status::bytes).max().orElse(0),
                "B in a queue; used: the fullest");
        List<SystemVMemory.Status> segments = SystemVMemory.list();
        add("kernel.shmmni", segments.size(), "System V segments");
        add(
                "kernel.shmmax",
                segments.stream().mapToLong(SystemVMemory.Status::size).max().orElse(0),
                "B in a segment; used: the largest");
        add(
                "kernel.shmall",
                segments.stream()
                        .mapToLong(each -> (each.size() + PAGE - 1) / PAGE)
                        .sum(),
                "pages of all segments");
        List<SystemVSemaphores.Status> sets = SystemVSemaphores.list();
        long[] numbers = numbers("kernel.sem");
        if (numbers.length > 3) {
            rows.add(new Row(
                    "kernel.sem[0], SEMMSL",
                    numbers[0],
                    OptionalLong.of(sets.stream()
                            .mapToLong(SystemVSemaphores.Status::count)
                            .max()
                            .orElse(0)),
                    "semaphores in a set; used: the largest"));
            rows.add(new Row(
                    "kernel.sem[1], SEMMNS",
                    numbers[1],
                    OptionalLong.of(sets.stream()
                            .mapToLong(SystemVSemaphores.Status::count)
                            .sum()),
                    "semaphores of all sets"));
            rows.add(new Row("kernel.sem[2], SEMOPM", numbers[2], OptionalLong.empty(), "operations at once"));
            rows.add(new Row("kernel.sem[3], SEMMNI", numbers[3], OptionalLong.of(sets.size()), "System V sets"));
        }
        rows.add(new Row("SEMVMX", SystemVSemaphores.MOST_VALUE, OptionalLong.empty(), "permits of a semaphore"));
    }

    private void posix() throws IOException {
        OptionalLong queues = OptionalLong.empty();
        if (PosixQueues.directory().isPresent()) {
            queues = OptionalLong.of(PosixQueues.list().size());
        }
        rows.add(new Row("fs.mqueue.queues_max", number("fs.mqueue.queues_max"), queues, "POSIX queues"));
        add("fs.mqueue.msg_max", "messages in a queue");
        add("fs.mqueue.msgsize_max", "B in a message");
        rows.add(new Row(
                "RLIMIT_MSGQUEUE",
                Limits.softMessageQueues(),
                OptionalLong.empty(),
                "B of all POSIX queues of a user (ulimit -q)"));
        Path shared = Path.of("/dev/shm");
        if (Files.isDirectory(shared)) {
            FileStore store = Files.getFileStore(shared);
            rows.add(new Row(
                    "/dev/shm",
                    store.getTotalSpace(),
                    OptionalLong.of(store.getTotalSpace() - store.getUnallocatedSpace()),
                    "B of POSIX memory, semaphores, rings and locks"));
        }
    }

    private void files() throws IOException {
        rows.add(new Row(
                "RLIMIT_NOFILE",
                Limits.softOpenDescriptors(),
                OptionalLong.empty(),
                "descriptors of a process (ulimit -n)"));
        long[] open = numbers("fs.file-nr");
        rows.add(new Row(
                "fs.file-max",
                number("fs.file-max"),
                open.length > 0 ? OptionalLong.of(open[0]) : OptionalLong.empty(),
                "open files of the machine"));
        add("fs.pipe-max-size", "B in a pipe");
        add("fs.pipe-user-pages-soft", "pages in all pipes of a user");
        add("fs.epoll.max_user_watches", "descriptors that a user waits for");
        rows.add(new Row(
                "RLIMIT_MEMLOCK", Limits.softLockedMemory(), OptionalLong.empty(), "B locked in memory (ulimit -l)"));
        add("vm.nr_hugepages", "huge pages that are set aside");
        add("vm.max_map_count", mappings(), "mappings of a process; used: by this one");
    }

    private static long mappings() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
            return lines.count();
        }
    }

    private void sockets() {
        add("net.core.somaxconn", "connections that wait to be accepted");
        add("net.core.wmem_max", "B in a send buffer");
        add("net.core.rmem_max", "B in a receive buffer");
        add("net.unix.max_dgram_qlen", "datagrams that wait in a Unix socket");
    }

    private void add(String name, String unit) {
        rows.add(new Row(name, number(name), OptionalLong.empty(), unit));
    }

    private void add(String name, long used, String unit) {
        rows.add(new Row(name, number(name), OptionalLong.of(used), unit));
    }

    /** What the kernel's largest stands for, too: nothing is allowed so much. */
    private static long number(String name) {
        String path = name.replace('.', '/');
        return Limits.kernel(path).endsWith("=unknown") ? UNKNOWN : Limits.kernelNumber(path);
    }

    private static long[] numbers(String name) {
        String text = Limits.kernel(name.replace('.', '/')).split("=", 2)[1];
        try {
            return List.of(text.trim().split("\\s+", -1)).stream()
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (NumberFormatException unknown) {
            return new long[0];
        }
    }

    void print(Context context) {
        context.out().printf(FORM, "limit", "value", "used", "of what");
        for (Row row : rows) {
            context.out()
                    .printf(
                            FORM,
                            row.name,
                            row.limit == UNKNOWN
                                    ? "?"
                                    : row.limit == Long.MAX_VALUE ? "none" : Long.toString(row.limit),
                            row.used.isPresent() ? Long.toString(row.used.getAsLong()) : "-",
                            row.unit);
        }
    }

    /** An object a line; null for a limit that there is not. */
    void printJson(JsonLines lines) {
        for (Row row : rows) {
            lines.line(json -> {
                json.writeStringProperty("limit", row.name);
                if (row.limit == UNKNOWN) {
                    json.writeStringProperty("value", "unknown");
                } else if (row.limit == Long.MAX_VALUE) {
                    json.writeNullProperty("value");
                } else {
                    json.writeNumberProperty("value", row.limit);
                }
                row.used.ifPresent(used -> json.writeNumberProperty("used", used));
                json.writeStringProperty("unit", row.unit);
            });
        }
    }
}
