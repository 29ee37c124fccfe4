package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import dev.naru.topics.internal.Chores;
import dev.naru.topics.internal.Partition;
import dev.naru.topics.internal.StoreId;
import dev.naru.topics.internal.StoreLayout;
import dev.naru.topics.internal.Surroundings;
import dev.naru.topics.internal.TopicSettings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory of topics, which any number of processes have open at once. No server runs: what they share are its files.
 *
 * <pre>{@code
 * try (Store store = Store.openOrCreate(Path.of("data"));
 *         Topic orders = store.openOrCreate("orders", TopicSpec.partitions(6));
 *         Cursor all = orders.read(Start.earliest())) {
 *     orders.append("customer-7", "{\"total\":12}");
 *     for (TopicRecord record : all.poll(Duration.ofSeconds(1))) bill(record.key(), record.value());
 * }
 * }</pre>
 *
 * <p>When a process dies, however it dies, what it had appended stays, and nobody waits for it longer than the kernel takes to
 * tear it down. A process that is merely stopped in the middle of an append holds up those who append to that partition, and no
 * reader. Containers that share the directory work, also with a pid namespace each; file systems over a network do not.
 *
 * <p>The file of a store is a process's sign of life: do not fork without exec, nor pass its descriptor on.
 *
 * <p>Thread-safe. {@link #close} closes its topics.
 */
public final class Store implements Closeable {
    private static final int MODE = 0600;

    private final Path folder;
    private final Membership members;
    private final StoreId id;
    private final Chores chores;

    // Guarded by this object's monitor.
    private final Set<Topic> topics = new HashSet<>();
    private boolean closed;

    private Store(Path folder, Membership members, Chores chores) throws ErrnoException {
        this.folder = folder;
        this.members = members;
        this.chores = chores;
        int version = StoreLayout.version(members.own());
        if (version > StoreLayout.VERSION) {
            throw ErrnoException.of(
                    Problem.NEWER_STORE,
                    Errno.EINVAL.number(),
                    "open",
                    folder.toString(),
                    "versions up to " + StoreLayout.VERSION,
                    Integer.toString(version));
        }
        this.id = StoreLayout.id(members.own());
    }

    /** Makes a store in that directory, where none may be; the directory is made with it. */
    public static Store create(Path folder) throws IOException {
        makeFolders(folder);
        return of(
                folder, Membership.create(file(folder), MODE, folder.toString(), Problem.NO_STORE, StoreLayout::fill));
    }

    /** Opens the store in that directory, which must be there. */
    public static Store open(Path folder) throws IOException {
        return of(folder, Membership.open(file(folder), folder.toString(), Problem.NO_STORE));
    }

    /** Opens the store in that directory, or makes it. */
    public static Store openOrCreate(Path folder) throws IOException {
        return openOrCreate(folder, Chores.onThread());
    }

    /** The same, where the chores are done as told. */
    static Store openOrCreate(Path folder, Chores chores) throws IOException {
        makeFolders(folder);
        return of(
                folder,
                Membership.openOrCreate(file(folder), MODE, folder.toString(), Problem.NO_STORE, StoreLayout::fill),
                chores);
    }

    private static Store of(Path folder, Membership members) throws IOException {
        return of(folder, members, Chores.onThread());
    }

    private static Store of(Path folder, Membership members, Chores chores) throws IOException {
        try {
            return new Store(folder.toAbsolutePath(), members, chores);
        } catch (ErrnoException | RuntimeException | Error failed) {
            members.close();
            throw failed;
        }
    }

    private static void makeFolders(Path folder) throws IOException {
        var _ = Files.createDirectories(folder.resolve(StoreLayout.SETTINGS));
        var _ = Files.createDirectories(folder.resolve(StoreLayout.TOPICS));
    }

    private static Path file(Path folder) {
        return folder.resolve(StoreLayout.FILE);
    }

    /** Makes a topic, which must not be there. */
    public Topic create(String topic, TopicSpec spec) throws IOException {
        if (!make(topic, spec)) {
            throw ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "linkat", target(topic));
        }
        return open(topic);
    }

    /** Opens a topic, which must be there. */
    public Topic open(String topic) throws IOException {
        TopicSpec spec = TopicSettings.read(settings(TopicSettings.requireName(topic)), target(topic));
        Topic opened = new Topic(
                topic,
                spec,
                number -> Partition.open(partition(topic, number), new Surroundings(id, members, spec, chores)),
                this::forget);
        synchronized (this) {
            requireOpen();
            boolean _ = topics.add(opened);
        }
        return opened;
    }

    /** Opens a topic, or makes it by that specification; one that is there stays as it is. */
    public Topic openOrCreate(String topic, TopicSpec spec) throws IOException {
        if (!Files.exists(settings(TopicSettings.requireName(topic)))) {
            boolean _ = make(topic, spec); // if somebody was faster, his is the one
        }
        return open(topic);
    }

    /** The partitions first, the settings last: they are the topic. */
    private boolean make(String topic, TopicSpec spec) throws IOException {
        Path settings = settings(TopicSettings.requireName(topic));
        synchronized (this) {
            requireOpen();
        }
        if (Files.exists(settings)) {
            return false;
        }
        for (int number = 0; number < spec.partitions(); number++) {
            Path partition = Files.createDirectories(partition(topic, number));
            Partition.createUnlessThere(partition, id);
        }
        return TopicSettings.create(folder.resolve(StoreLayout.SETTINGS), topic, spec);
    }

    /** The names of its topics, in order. */
    public List<String> topics() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(StoreLayout.SETTINGS))) {
            return files.map(TopicSettings::topic)
                    .filter(name -> !name.isEmpty())
                    .sorted()
                    .toList();
        }
    }

    private Path settings(String topic) {
        return TopicSettings.path(folder.resolve(StoreLayout.SETTINGS), topic);
    }

    private Path partition(String topic, int number) {
        return folder.resolve(StoreLayout.TOPICS).resolve(topic + "-" + number);
    }

    private String target(String topic) {
        return "topic:" + folder + "#" + topic;
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private synchronized void forget(Topic topic) {
        boolean _ = topics.remove(topic);
    }

    /** Closes its topics and ends the membership; the store stays. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        List<Topic> ended;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ended = List.copyOf(topics);
        }
        try {
            for (Topic topic : ended) { // without the monitor: they report back
                topic.close();
            }
        } finally {
            chores.close();
            members.close();
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
