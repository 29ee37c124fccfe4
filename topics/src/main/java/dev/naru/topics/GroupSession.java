package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Problem;
import dev.naru.memory.Identity;
import dev.naru.memory.Membership;
import dev.naru.topics.internal.GroupFile;
import dev.naru.topics.internal.GroupTable;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a member and its group's file say to each other: joining, what is given and taken, commits, leaving. Each is one visit under
 * the group's lock, in which no code of the user's runs.
 *
 * <p>For one thread at a time. {@code docs/protocol/README.md}, 9.
 */
final class GroupSession implements Closeable {
    /** A member looks after the others so often: who is killed is noticed after so long. */
    private static final long WATCH_MILLIS = 100;

    private static final byte[] NO_METADATA = {};

    private final String group;
    private final MemberSpec spec;
    private final StoreContext store;
    private final GroupFile file;
    private final GroupTable table;
    private final Map<String, TopicFiles.Stamp> stamps = new HashMap<>();

    private volatile long generation;
    private BitSet subscription = new BitSet();
    private int row;
    private long id; // 0: no member
    private long seen;
    private long watched;
    private long polled;
    private boolean due = true;

    /**
     * What a member finds in the group.
     *
     * @param isLost whether it is no member any more, since it was silent for too long
     * @param lost partitions that others took
     * @param revoked partitions that it is to give away
     * @param gained partitions that it has from now on
     */
    record Visit(boolean isLost, List<Held> lost, List<Held> revoked, List<Gain> gained) {}

    /**
     * A partition that it has from now on.
     *
     * @param row in the group
     * @param generation of its owner
     * @param committed what is committed; -1 for nothing
     */
    record Gain(PartitionId id, int row, long generation, long committed) {}

    GroupSession(String group, MemberSpec spec, StoreContext store) throws IOException {
        this.group = group;
        this.spec = spec;
        this.store = store;
        for (String topic : spec.topics()) {
            TopicSpec _ = store.files().read(topic); // first: for one that is not there, no group is made
        }
        this.file = store.openOrCreateGroup(group);
        this.table = new GroupTable(file);
        this.seen = table.bell() - 1;
        this.generation = table.rebalances();
    }

    private Membership processes() {
        return store.members();
    }

    /** Its number in the group. */
    long id() {
        return id;
    }

    /** How often the partitions were divided, as of the last visit. Any thread may ask. */
    long generation() {
        return generation;
    }

    GroupTable table() {
        return table;
    }

    /** Whether it is to look at what the others have done, or after them. */
    boolean isDue() throws IOException {
        long now = store.leaseMillis();
        if (due || table.bell() != seen || isLapsed(now)) {
            return true;
        }
        if (!polledAt(now)) {
            return true;
        }
        if (now - watched < WATCH_MILLIS) {
            return false;
        }
        watched = now;
        due = table.hasGone(processes(), now) || hasGrown();
        return due;
    }

    /** False when it is no member any more. */
    private boolean polledAt(long now) {
        long before = polled;
        polled = now;
        return before == now || table.setPolled(row, before, now);
    }

    private boolean isLapsed(long now) {
        return id != 0 && now - polled > spec.lease().toMillis();
    }

    private boolean hasGrown() throws IOException {
        for (String topic : spec.topics()) {
            TopicFiles.Stamp stamp = store.files().stamp(topic);
            if (!stamp.equals(stamps.get(topic))) {
                return true;
            }
        }
        return false;
    }

    /** Whether what it holds is still its, as far as can be told without a visit. */
    boolean isMember() {
        return id != 0 && table.memberId(row) == id && !isLapsed(store.leaseMillis());
    }

    /** @throws ErrnoException {@link Problem#TOPIC_REMOVED} when none of its topics was there at its last visit */
    void requireTopic() throws ErrnoException {
        for (TopicFiles.Stamp each : stamps.values()) {
            if (each.isThere()) {
                return;
            }
        }
        if (!stamps.isEmpty()) {
            throw ErrnoException.of(
                    Problem.TOPIC_REMOVED, store.files().target(spec.topics().getFirst()));
        }
    }

    /** When it is to look at the latest, in the time of {@link System#nanoTime}. */
    static long watchDeadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WATCH_MILLIS);
    }

    /** It is to look again, since what it found was not carried out. */
    void setDue() {
        due = true;
    }

    boolean hasRung() {
        return table.bell() != seen;
    }

    Futex.Word bell() {
        return table.bellWord(seen);
    }

    /** Becomes a member, who has nothing yet. */
    void enroll() throws IOException, InterruptedException {
        var _ = file.lock().lock();
        try {
            requireThere();
            table.expire(store.today());
            join();
            boolean _ = table.sweep(processes(), polled, store.today());
            boolean _ = table.plan();
            generation = table.rebalances();
        } finally {
            file.lock().unlock();
        }
    }

    /** Ends the wait for the lock of one that has not joined yet, and its use of the group. */
    void abandon() throws IOException {
        file.lock().close();
    }

    private void requireThere() throws ErrnoException {
        if (table.isRemoved()) {
            throw ErrnoException.of(Problem.GROUP_REMOVED, "group " + group);
        }
    }

    private void join() throws IOException {
        look();
        spec.retention().ifPresent(time -> table.setRetention(time.toMillis()));
        polled = store.leaseMillis();
        String label = spec.label().isEmpty() ? Identity.nameOfThisProcess() : spec.label();
        row = table.join(processes().id(), spec.lease().toMillis(), polled, label, subscription);
        id = table.memberId(row);
    }

    /** The rows of its topics as they are now. Under the lock: what somebody else has read later, he also says later. */
    private void look() throws IOException {
        Map<String, TopicFiles.Stamp> looked = new HashMap<>();
        for (String topic : spec.topics()) {
            TopicFiles.Stamp stamp =
                    store.files().stamp(topic); // before they are read: a change in between is seen again
            var _ = looked.put(topic, stamp);
            if (stamp.isThere()) {
                look(topic);
            } else {
                table.remove(topic);
            }
        }
        stamps.putAll(looked); // only now: if a row could not be had, the next visit tries again
    }

    private void look(String topic) throws IOException {
        try {
            String topicId = store.files().id(topic);
            int partitions = store.files().read(topic).partitions();
            subscription.set(table.topic(topic, topicId, partitions));
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NO_TOPIC) {
                throw refused;
            } // removed this very moment: it has another stamp next time
        }
    }

    /** Looks at what has changed, and takes what is free and meant for it. */
    Visit visit(Collection<Held> held) throws IOException, InterruptedException {
        boolean hasGrown = hasGrown();
        var _ = file.lock().lock();
        try {
            requireThere();
            long now = store.leaseMillis();
            if (id != 0 && (table.memberId(row) != id || isLapsed(now))) {
                if (table.memberId(row) == id) {
                    table.leave(row, store.today());
                }
                id = 0;
                subscription = new BitSet();
                return new Visit(true, List.copyOf(held), List.of(), List.of());
            }
            if (id == 0) {
                join();
            } else {
                boolean _ = polledAt(now); // nobody takes it out meanwhile
                if (hasGrown) {
                    look();
                }
            }
            watched = now;
            boolean _ = table.sweep(processes(), now, store.today());
            boolean _ = table.plan();
            seen = table.bell();
            generation = table.rebalances();
            due = false;
            return compare(held);
        } finally {
            file.lock().unlock();
        }
    }

    private Visit compare(Collection<Held> held) {
        Map<Integer, Held> byRow = new HashMap<>();
        for (Held each : held) {
            var _ = byRow.put(each.row(), each);
        }
        Visit visit = new Visit(false, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int each = 0; each < table.partitions(); each++) {
            Held mine = byRow.get(each);
            boolean isMeant = table.isThere(each) && table.target(each) == id;
            if (mine != null) {
                if (!table.isOwner(each, id, mine.generation())) {
                    visit.lost.add(mine);
                } else if (!isMeant) {
                    visit.revoked.add(mine);
                }
            } else if (isMeant) {
                GroupTable.Standing standing = table.standing(each);
                if (standing.owner() == 0 || standing.owner() == id) { // else its owner is still to give it away
                    long generation = standing.owner() == 0 ? table.acquire(each, id) : standing.generation();
                    PartitionId which = new PartitionId(table.topicName(table.topicOf(each)), table.partitionOf(each));
                    visit.gained.add(new Gain(which, each, generation, standing.committed()));
                }
            }
        }
        return visit;
    }

    /** Gives them away, and wakes who waits for them. */
    void release(List<Held> revoked) throws IOException, InterruptedException {
        var _ = file.lock().lock();
        try {
            for (Held each : revoked) {
                table.release(each.row(), id, each.generation());
            }
            table.ring();
        } finally {
            file.lock().unlock();
        }
    }

    /**
     * Commits in each of those up to where it has come.
     *
     * @throws ErrnoException {@link Problem#NOT_OWNER} names those that are not its any more; the others are committed
     */
    void commit(Collection<Held> held) throws IOException, InterruptedException {
        List<PartitionId> refused = List.of();
        var _ = file.lock().lock();
        try {
            boolean isLapsed = isLapsed(store.leaseMillis());
            long today = store.today();
            for (Held each : held) {
                if (each.isUncommitted() && (isLapsed || !commit(each, each.next(), -1, NO_METADATA, today))) {
                    refused = with(refused, each.id());
                }
            }
        } finally {
            file.lock().unlock();
        }
        requireNone(refused);
    }

    /** Under the lock: false when the partition is not its any more. */
    private boolean commit(Held held, long offset, int epoch, byte[] text, long today) {
        boolean isAccepted = table.commit(held.row(), id, held.generation(), offset, epoch, text, today);
        if (isAccepted) {
            held.setCommitted(offset);
        }
        return isAccepted;
    }

    private static List<PartitionId> with(List<PartitionId> some, PartitionId one) {
        List<PartitionId> more = new ArrayList<>(some);
        more.add(one);
        return more;
    }

    private void requireNone(List<PartitionId> refused) throws ErrnoException {
        if (!refused.isEmpty()) {
            String which =
                    String.join(" ", refused.stream().map(PartitionId::toString).toList());
            throw ErrnoException.of(
                    Problem.NOT_OWNER,
                    Errno.EPERM.number(),
                    "commit",
                    "group " + group,
                    "lease " + spec.lease(),
                    which);
        }
    }

    /** The same up to where it is told, each for a partition that it has; the others are refused. */
    void commit(Map<Held, Committed> offsets, List<PartitionId> others) throws IOException, InterruptedException {
        Map<Held, byte[]> metadata = new HashMap<>();
        for (Map.Entry<Held, Committed> each : offsets.entrySet()) {
            var _ = metadata.put(
                    each.getKey(), GroupTable.metadata(group, each.getValue().metadata()));
        }
        List<PartitionId> refused = others;
        var _ = file.lock().lock();
        try {
            boolean isLapsed = isLapsed(store.leaseMillis());
            long today = store.today();
            for (Map.Entry<Held, Committed> each : offsets.entrySet()) {
                Held held = each.getKey();
                Committed to = each.getValue();
                byte[] text = metadata.getOrDefault(held, NO_METADATA);
                if (isLapsed || !commit(held, to.offset(), to.leaderEpoch(), text, today)) {
                    refused = with(refused, held.id());
                }
            }
        } finally {
            file.lock().unlock();
        }
        requireNone(refused);
    }

    /** Is no member any more. */
    void leave() throws IOException, InterruptedException {
        var _ = file.lock().lock();
        try {
            if (id != 0 && table.memberId(row) == id) {
                table.leave(row, store.today());
                boolean _ = table.plan();
            }
            id = 0;
        } finally {
            file.lock().unlock();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
