package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Identity;
import dev.naru.topics.internal.GroupFile;
import dev.naru.topics.internal.GroupTable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group from outside: what is committed, by hand too, who is a member, and how far the group is behind. A program that chooses its partitions itself reads
 * with a {@link Cursor} and commits here.
 *
 * <p>Thread-safe.
 */
public final class Group implements Closeable {
    private final String name;
    private final StoreContext store;
    private final GroupPlaces.Opener topics;
    private final GroupFile file;
    private final GroupTable table; // guarded by this object's monitor
    private final Consumer<Group> whenClosed;
    private volatile boolean closed;
    private boolean ended; // guarded by this object's monitor

    Group(String name, StoreContext store, GroupPlaces.Opener topics, GroupFile file, Consumer<Group> whenClosed) {
        this.whenClosed = whenClosed;
        this.name = name;
        this.store = store;
        this.topics = topics;
        this.file = file;
        this.table = new GroupTable(file);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * Commits that, for partitions that no member has.
     *
     * @throws ErrnoException {@link Problem#GROUP_IN_USE} when a member has one of them, {@link Problem#METADATA_TOO_LARGE}: nothing
     *     is committed then; {@link Problem#NO_TOPIC}; {@link Problem#GROUP_REMOVED}
     */
    public synchronized void commit(Map<PartitionId, Committed> offsets) throws IOException, InterruptedException {
        Map<PartitionId, byte[]> metadata = new TreeMap<>();
        for (Map.Entry<PartitionId, Committed> each : offsets.entrySet()) {
            var _ = metadata.put(
                    each.getKey(), GroupTable.metadata(name, each.getValue().metadata()));
        }
        lock();
        try {
            Map<PartitionId, Integer> rows = rows(metadata.keySet(), partitions(offsets.keySet()));
            requireFree(rows);
            for (Map.Entry<PartitionId, Integer> each : rows.entrySet()) {
                Committed to = offsets.getOrDefault(each.getKey(), Committed.offset(0));
                byte[] text = metadata.getOrDefault(each.getKey(), new byte[0]);
                boolean _ = table.commit(each.getValue(), 0, 0, to.offset(), to.leaderEpoch(), text, store.today());
            }
        } finally {
            file.lock().unlock();
        }
    }

    /** Nothing is committed in those any more, which no member has. */
    public synchronized void forget(Iterable<PartitionId> those) throws IOException, InterruptedException {
        lock();
        try {
            Map<PartitionId, Integer> rows = new TreeMap<>();
            for (PartitionId each : those) {
                int row = table.find(each.topic(), each.partition());
                if (row >= 0) {
                    var _ = rows.put(each, row);
                }
            }
            requireFree(rows);
            rows.values().forEach(table::clear);
        } finally {
            file.lock().unlock();
        }
    }

    private void lock() throws IOException, InterruptedException {
        requireOpen();
        var _ = file.lock().lock(); // a dead owner has left nothing to repair
        boolean isThere = false;
        try {
            if (table.isRemoved()) {
                throw ErrnoException.of(Problem.GROUP_REMOVED, "group " + name);
            }
            boolean _ = table.sweep(store.members(), store.leaseMillis(), store.today());
            isThere = true;
        } finally {
            if (!isThere) {
                file.lock().unlock();
            }
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private Map<String, Integer> partitions(Iterable<PartitionId> those) throws IOException {
        Map<String, Integer> partitions = new HashMap<>();
        for (PartitionId each : those) {
            if (!partitions.containsKey(each.topic())) {
                var _ = partitions.put(
                        each.topic(), store.files().read(each.topic()).partitions());
            }
            int count = partitions.getOrDefault(each.topic(), 0);
            if (each.partition() >= count) {
                throw ErrnoException.of(
                        Problem.NO_PARTITION,
                        Errno.ENOENT.number(),
                        "commit",
                        store.files().target(each.topic()),
                        count + " partitions",
                        "partition " + each.partition());
            }
        }
        return partitions;
    }

    private Map<PartitionId, Integer> rows(Iterable<PartitionId> those, Map<String, Integer> partitions)
            throws IOException {
        Map<String, Integer> topics = new HashMap<>();
        Map<PartitionId, Integer> rows = new TreeMap<>();
        for (PartitionId each : those) {
            if (!topics.containsKey(each.topic())) {
                int count = partitions.getOrDefault(each.topic(), 0);
                var _ = topics.put(
                        each.topic(), table.topic(each.topic(), store.files().id(each.topic()), count));
            }
            int row = table.find(topics.getOrDefault(each.topic(), 0), each.partition());
            if (row < 0) { // it was made anew, with fewer partitions, since they were counted
                throw ErrnoException.of(Problem.TOPIC_REMOVED, store.files().target(each.topic()));
            }
            var _ = rows.put(each, row);
        }
        return rows;
    }

    private void requireFree(Map<PartitionId, Integer> rows) throws ErrnoException {
        for (Map.Entry<PartitionId, Integer> each : rows.entrySet()) {
            if (!table.isFree(each.getValue())) {
                long owner = table.standing(each.getValue()).owner();
                throw ErrnoException.of(
                        Problem.GROUP_IN_USE,
                        Errno.EBUSY.number(),
                        "commit",
                        "group " + name,
                        "",
                        "member " + owner + " has " + each.getKey());
            }
        }
    }

    /** What is committed in that partition. */
    public synchronized Optional<Committed> committed(PartitionId partition) throws IOException {
        requireOpen();
        String id = store.files().id(partition.topic()); // empty when it is not there
        boolean isAnew = !id.isEmpty() && table.isAnother(partition.topic(), id);
        int row = isAnew ? -1 : table.find(partition.topic(), partition.partition());
        return row < 0 ? Optional.empty() : kept(table.standing(row));
    }

    /** What is committed, unless that is so long ago that the next member does not know of it. */
    private Optional<Committed> kept(GroupTable.Standing standing) {
        return table.isExpired(standing.time(), store.today()) ? Optional.empty() : GroupMember.committed(standing);
    }

    /** Whether it has members that live. */
    public synchronized boolean hasMembers() throws IOException {
        requireOpen();
        return !members(store.leaseMillis()).isEmpty();
    }

    /** All of it as it is now. Disturbs nobody and waits for nobody. */
    public synchronized GroupStatus describe() throws IOException {
        requireOpen();
        long now = store.leaseMillis();
        List<GroupStatus.Member> members = members(now);
        Set<Long> living = new HashSet<>();
        members.forEach(each -> living.add(each.id()));
        boolean isDivided = table.isPlanned(); // among these, or somebody has died since: then their rows say so
        Map<String, Map<Integer, PartitionStatus>> topicsThere = new HashMap<>();
        List<GroupStatus.Partition> partitions = new ArrayList<>();
        for (int row = 0; row < table.partitions(); row++) {
            if (!table.isThere(row)) {
                continue;
            }
            String topic = table.topicName(table.topicOf(row));
            Map<Integer, PartitionStatus> there = topicsThere.get(topic);
            if (there == null) {
                there = partitions(topic);
                var _ = topicsThere.put(topic, there);
            }
            int number = table.partitionOf(row);
            GroupTable.Standing standing = table.standing(row);
            isDivided &= isNobodyOr(living, standing.target()) && isNobodyOr(living, standing.owner());
            partitions.add(partition(standing, new PartitionId(topic, number), there.get(number), living));
        }
        partitions.sort((one, other) -> one.id().compareTo(other.id()));
        return new GroupStatus(name, table.rebalances(), isDivided, members, partitions);
    }

    private List<GroupStatus.Member> members(long now) throws IOException {
        List<GroupStatus.Member> members = new ArrayList<>();
        for (int row = 0; row < table.memberRows(); row++) {
            long id = table.memberId(row);
            if (id != 0) {
                Identity process = store.members().identity(table.process(row));
                boolean alive =
                        store.members().isAlive(table.process(row)) && now - table.polled(row) <= table.lease(row);
                List<String> topics = table.subscription(row).stream()
                        .mapToObj(table::topicName)
                        .sorted()
                        .toList();
                Duration silent = Duration.ofMillis(Math.max(0, now - table.polled(row)));
                if (alive && table.memberId(row) == id) { // the row may have become another's meanwhile
                    members.add(new GroupStatus.Member(
                            id, table.label(row), process, Duration.ofMillis(table.lease(row)), silent, topics));
                }
            }
        }
        return members;
    }

    private static boolean isNobodyOr(Set<Long> living, long member) {
        return member == 0 || living.contains(member);
    }

    /** Who is dead has nothing, though it stands there until the next one joins. */
    private GroupStatus.Partition partition(
            GroupTable.Standing standing, PartitionId id, @Nullable PartitionStatus there, Set<Long> living) {
        return new GroupStatus.Partition(
                id,
                living.contains(standing.owner()) ? standing.owner() : 0,
                living.contains(standing.target()) ? standing.target() : 0,
                standing.generation(),
                kept(standing),
                Instant.ofEpochMilli(standing.time()),
                there == null ? OptionalLong.empty() : OptionalLong.of(there.logStart()),
                there == null ? OptionalLong.empty() : OptionalLong.of(there.next()));
    }

    /** Its partitions; none when the topic is not there any more. */
    private Map<Integer, PartitionStatus> partitions(String topic) throws IOException {
        Map<Integer, PartitionStatus> all = new HashMap<>();
        try (Topic opened = topics.open(topic)) {
            for (PartitionStatus each : opened.describe()) {
                var _ = all.put(each.partition(), each);
            }
        } catch (ErrnoException gone) {
            if (gone.problem() != Problem.NO_TOPIC && gone.problem() != Problem.TOPIC_REMOVED) {
                throw gone;
            }
        }
        return all;
    }

    /** Ends the use of it here, and what waits; the group stays. Idempotent; any thread may call it. */
    @Override
    public void close() throws IOException {
        closed = true;
        file.lock().close(); // without the monitor: who waits for the lock has it
        synchronized (this) {
            if (!ended) {
                ended = true;
                file.close();
                whenClosed.accept(this);
            }
        }
    }

    /** Marks it as removed, and takes its file away; refused while it has members. */
    synchronized void remove() throws IOException, InterruptedException {
        lock();
        try {
            for (int row = 0; row < table.memberRows(); row++) {
                if (table.memberId(row) != 0) {
                    throw ErrnoException.of(
                            Problem.GROUP_IN_USE,
                            Errno.EBUSY.number(),
                            "remove",
                            "group " + name,
                            "",
                            "member " + table.memberId(row) + " (" + table.label(row) + ")");
                }
            }
            table.setRemoved();
        } finally {
            file.lock().unlock();
        }
        file.removeName(); // without the lock, for which somebody may wait whose turn it is
    }

    @Override
    public String toString() {
        return "group " + name;
    }
}
