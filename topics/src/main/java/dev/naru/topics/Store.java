package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import dev.naru.topics.internal.Chores;
import dev.naru.topics.internal.Closing;
import dev.naru.topics.internal.ProducerName;
import dev.naru.topics.internal.StoreId;
import dev.naru.topics.internal.StoreLayout;
import dev.naru.topics.internal.Surroundings;
import dev.naru.topics.internal.TopicSettings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

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
    private final TopicFiles files;
    private final Chores chores;
    private final InstantSource clock;
    private final StoreContext context;

    // Guarded by this object's monitor.
    private final Set<Topic> topics = new HashSet<>();
    private final Set<Producer> producers = new HashSet<>();
    private final Set<GroupMember> joined = new HashSet<>();
    private final Set<Closeable> others = new HashSet<>();
    private boolean closed;

    private Store(Path folder, Membership members, Chores chores, InstantSource clock, StoreContext.Leases leases)
            throws ErrnoException {
        this.folder = folder;
        this.members = members;
        this.chores = chores;
        this.clock = clock;
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
        this.files = new TopicFiles(folder, members, id);
        this.context = new StoreContext(folder, id, members, files, clock, leases);
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
        return openOrCreate(folder, Chores.onThread(), InstantSource.system(), StoreContext.Leases::ofMachine);
    }

    /** The same, where the chores are done as told, and it is as late as told. */
    static Store openOrCreate(Path folder, Chores chores, InstantSource clock, StoreContext.Leases leases)
            throws IOException {
        makeFolders(folder);
        return of(
                folder,
                Membership.openOrCreate(file(folder), MODE, folder.toString(), Problem.NO_STORE, StoreLayout::fill),
                chores,
                clock,
                leases);
    }

    private static Store of(Path folder, Membership members) throws IOException {
        return of(folder, members, Chores.onThread(), InstantSource.system(), StoreContext.Leases::ofMachine);
    }

    private static Store of(
            Path folder, Membership members, Chores chores, InstantSource clock, StoreContext.Leases leases)
            throws IOException {
        try {
            return new Store(folder.toAbsolutePath(), members, chores, clock, leases);
        } catch (ErrnoException | RuntimeException | Error failed) {
            members.close();
            throw failed;
        }
    }

    private static void makeFolders(Path folder) throws IOException {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there != null && !Files.isDirectory(there)) {
            throw ErrnoException.of(Errno.ENOTDIR.number(), "mkdir", folder.toString());
        }
        var _ = Files.createDirectories(folder.resolve(StoreLayout.SETTINGS));
        var _ = Files.createDirectories(folder.resolve(StoreLayout.TOPICS));
    }

    private static Path file(Path folder) {
        return folder.resolve(StoreLayout.FILE);
    }

    /** Makes a topic, which must not be there. */
    public Topic create(String topic, TopicSpec spec) throws IOException {
        requireOpen();
        if (!files.make(topic, spec)) {
            throw ErrnoException.of(Problem.EXISTS, Errno.EEXIST.number(), "linkat", files.target(topic));
        }
        return open(topic);
    }

    /** Opens a topic, which must be there. */
    public Topic open(String topic) throws IOException {
        String topicId = files.id(topic); // before the settings: if it is made anew in between, nothing of it is opened
        TopicSpec spec = files.read(topic);
        Surroundings around = new Surroundings(id, members, spec, () -> files.read(topic), chores, clock);
        Topic opened = new Topic(
                topic, spec, id, number -> files.open(topic, topicId, number, around), this::join, this::forget);
        synchronized (this) {
            requireOpen();
            boolean _ = topics.add(opened);
        }
        return opened;
    }

    /** Opens a topic, or makes it by that specification; one that is there stays as it is. */
    public Topic openOrCreate(String topic, TopicSpec spec) throws IOException {
        requireOpen();
        boolean _ = files.make(topic, spec); // if somebody was faster, his is the one
        return open(topic);
    }

    /**
     * Changes the settings of a topic, which must be there, or gives it more partitions. Who opens it from now on finds them so; of who
     * has it open, what is kept and for how long changes when a segment is full, and all else when he opens it again.
     *
     * <p>With more partitions a key may belong to another one than before, as with Kafka.
     *
     * @throws ErrnoException {@link Problem#FEWER_PARTITIONS}: what is in them would be lost
     */
    public void change(String topic, TopicSpec spec) throws IOException {
        change(topic, _ -> spec);
    }

    /** The same, from what they are: nobody changes them meanwhile. */
    public void change(String topic, UnaryOperator<TopicSpec> change) throws IOException {
        requireOpen();
        files.change(topic, change);
    }

    /** The settings of a topic, which must be there. */
    public TopicSpec spec(String topic) throws IOException {
        return files.read(topic);
    }

    /**
     * Removes a topic, which must be there, and all that was appended to it. Who has it open in any process is told at his next
     * append or read ({@link Problem#TOPIC_REMOVED}). If this process is killed meanwhile, the topic is gone all the same, and
     * whoever removes or makes it next removes what was left.
     *
     * @throws java.io.InterruptedIOException when the thread was interrupted while it waited for somebody who appends: it is gone
     *     all the same, and this may be called again
     */
    public void remove(String topic) throws IOException {
        requireOpen();
        files.remove(topic);
    }

    /** Whether {@link #remove} would find something: a topic, or what is left of one whose removal was interrupted. */
    public boolean isRemovable(String topic) throws IOException {
        return files.isRemovable(topic);
    }

    /**
     * Takes the name of a producer, whose records are each there once, however often it is killed and begins again.
     *
     * @param name of the characters that a topic's name may have
     * @throws ErrnoException {@link Problem#PRODUCER_IN_USE} while another one has it, also in this process
     */
    public Producer producer(String name) throws IOException {
        requireOpen();
        ProducerName taken = ProducerName.take(folder, TopicSettings.requireName(name, "producer "), members.own());
        Producer producer = new Producer(name, id, taken, this::forget);
        synchronized (this) {
            if (!closed) {
                boolean _ = producers.add(producer);
                return producer;
            }
        }
        taken.close();
        throw new ClosedChannelException();
    }

    /**
     * Joins a group, which is made when it is not there: a member of it has a share of the partitions of its topics.
     *
     * @param group any text, of up to 240 characters; what is no letter, digit, dot, dash or underscore counts for three and more
     * @throws ErrnoException {@link Problem#NO_TOPIC}; {@link Problem#BAD_GROUP_NAME}; {@link Problem#GROUP_FULL}
     */
    public GroupMember join(String group, MemberSpec spec) throws IOException, InterruptedException {
        requireOpen();
        GroupMember member = new GroupMember(group, spec, context, this::open, this::forget);
        boolean isClosed;
        synchronized (this) {
            isClosed = closed;
            boolean _ = isClosed || joined.add(member); // before it joins: whoever closes the store ends that
        }
        if (isClosed) {
            member.close();
        }
        member.enroll();
        return member;
    }

    /** The names of its groups, in order. */
    public List<String> groups() throws IOException {
        return context.groupNames();
    }

    /**
     * A group from outside, which must be there.
     *
     * @throws ErrnoException {@link Problem#NO_GROUP}
     */
    public Group group(String name) throws IOException {
        requireOpen();
        return opened(new Group(name, context, this::open, context.openGroup(name), this::forget));
    }

    /** The same; it is made when it is not there. */
    public Group openOrCreateGroup(String name) throws IOException {
        requireOpen();
        return opened(new Group(name, context, this::open, context.openOrCreateGroup(name), this::forget));
    }

    private Group opened(Group group) throws IOException {
        synchronized (this) {
            if (!closed) {
                boolean _ = others.add(group);
                return group;
            }
        }
        group.close();
        throw new ClosedChannelException();
    }

    private synchronized void forget(Group group) {
        boolean _ = others.remove(group);
    }

    /**
     * Removes a group, which must be there, and all that is committed in it.
     *
     * @throws ErrnoException {@link Problem#NO_GROUP}; {@link Problem#GROUP_IN_USE} while it has members
     */
    public void removeGroup(String name) throws IOException, InterruptedException {
        try (Group group = group(name)) {
            group.remove();
        }
    }

    /** A cursor over partitions of several topics, each from a place of its own. */
    public Cursor read(Map<PartitionId, Start> starts, ReadOptions options) throws IOException {
        if (starts.isEmpty()) {
            throw new IllegalArgumentException("no partition is to be read");
        }
        Map<String, Topic> opened = new HashMap<>();
        List<PartitionCursor> places = new ArrayList<>();
        boolean made = false;
        try {
            for (Map.Entry<PartitionId, Start> each : new TreeMap<>(starts).entrySet()) {
                PartitionId id = each.getKey();
                Topic topic = opened.get(id.topic());
                if (topic == null) {
                    topic = open(id.topic());
                    var _ = opened.put(id.topic(), topic);
                }
                places.add(topic.place(id.partition(), each.getValue(), options));
            }
            Cursor cursor = cursor(places, options, List.copyOf(opened.values()));
            made = true;
            return cursor;
        } finally {
            if (!made) {
                places.forEach(PartitionCursor::close);
                Closing closing = Closing.begin();
                opened.values().forEach(closing::close);
            }
        }
    }

    private synchronized Cursor cursor(List<PartitionCursor> places, ReadOptions options, List<Topic> opened)
            throws IOException {
        requireOpen();
        Cursor cursor = new Cursor(places, options.waiting(), closing -> {
            forget(closing);
            close(opened);
        });
        boolean _ = others.add(cursor);
        return cursor;
    }

    /** What fails at that concerns only who appends, and nobody did. */
    private static void close(List<Topic> opened) {
        Closing closing = Closing.begin();
        opened.forEach(closing::close);
    }

    private synchronized void forget(Cursor cursor) {
        boolean _ = others.remove(cursor);
    }

    private synchronized void forget(GroupMember member) {
        boolean _ = joined.remove(member);
    }

    private synchronized void forget(Producer producer) {
        boolean _ = producers.remove(producer);
    }

    /** The names of its topics, in order. */
    public List<String> topics() throws IOException {
        return files.names();
    }

    private synchronized void requireOpen() throws ClosedChannelException {
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
        List<Closeable> readers;
        List<Producer> silent;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            readers = new ArrayList<>(joined);
            readers.addAll(others);
            ended = List.copyOf(topics);
            silent = List.copyOf(producers);
        }
        silent.forEach(Producer::close); // without the monitor: they report back
        Closing closing = Closing.begin();
        readers.forEach(closing::close); // before their topics
        ended.forEach(closing::close); // all of them: under an id of the dead nobody may append
        chores.close();
        closing.close(members);
        closing.end();
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
