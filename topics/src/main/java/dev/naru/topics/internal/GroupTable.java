package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The tables of a group: who is a member, which topics and partitions it has, whose they are and whose they are going to be. What
 * changes them does so under the lock, in an order that lets a process be killed anywhere: a row is valid by one store, and what was
 * not planned to the end is planned anew.
 *
 * <p>For one thread at a time. {@code docs/protocol/README.md}, 9.
 */
public final class GroupTable {
    private final GroupFile file;
    private final MemorySegment memory;
    private final OffsetRow row;
    private final Map<Place, Integer> rows = new HashMap<>();
    private int indexed;

    /**
     * Which partition that is.
     *
     * @param topic its number in this group
     * @param partition its number in the topic
     */
    private record Place(int topic, int partition) {}

    /** The tables of that group. */
    public GroupTable(GroupFile file) {
        this.file = file;
        this.memory = file.memory();
        this.row = new OffsetRow(memory, file.bytes());
    }

    // --- what anybody may look at

    /** It grows when members, targets or owners change. */
    public long bell() {
        return Words.getAcquire(memory, GroupLayout.BELL_AT);
    }

    /** What a sleeper waits for until the bell is no longer this. */
    public Futex.Word bellWord(long seen) {
        return new Futex.Word(memory, GroupLayout.BELL_AT, (int) seen);
    }

    /** Wakes all who sleep; they look again. Anybody may. */
    public void ring() {
        long seen = Words.getOpaque(memory, GroupLayout.BELL_AT);
        while (!Words.compareAndSet(memory, GroupLayout.BELL_AT, seen, seen + 1)) {
            seen = Words.getOpaque(memory, GroupLayout.BELL_AT);
        }
        int _ = Futex.wake(memory, GroupLayout.BELL_AT, Integer.MAX_VALUE);
    }

    /** Whether it was removed. */
    public boolean isRemoved() {
        return GroupLayout.isRemoved(memory);
    }

    /** How often it was divided anew. */
    public long rebalances() {
        return Words.getOpaque(memory, GroupLayout.REBALANCES_AT);
    }

    /** Whether the targets are those for the members that were seen before. */
    public boolean isPlanned() {
        return Words.getAcquire(memory, GroupLayout.PLANNED_AT) == Words.getAcquire(memory, GroupLayout.CHANGES_AT);
    }

    /** How many rows of members there are, also those in which nobody stands. */
    public int memberRows() {
        return Words.getInt(memory, GroupLayout.MEMBER_ROWS_AT);
    }

    /** How many partitions there are. */
    public int partitions() {
        return (int) Words.getAcquire(memory, GroupLayout.PARTITIONS_AT);
    }

    // --- members

    /** Who stands in that row; 0 for nobody. */
    public long memberId(int index) {
        return Words.getAcquire(memory, GroupLayout.member(index) + GroupLayout.ID);
    }

    /** Whose process that is. */
    public long process(int index) {
        return Words.get(memory, GroupLayout.member(index) + GroupLayout.PROCESS);
    }

    /** What it is called. */
    public String label(int index) {
        return GroupLayout.text(memory, GroupLayout.member(index) + GroupLayout.LABEL, GroupLayout.MOST_LABEL);
    }

    /** How long it may be silent, in ms. */
    public long lease(int index) {
        return Words.get(memory, GroupLayout.member(index) + GroupLayout.LEASE);
    }

    /** When it polled last, by the clock of leases. */
    public long polled(int index) {
        return Words.getOpaque(memory, GroupLayout.member(index) + GroupLayout.POLLED);
    }

    /**
     * It polls now; the lock is not needed.
     *
     * @param before when it polled last
     * @return false when that does not stand there: it was stopped for so long that the row is another's
     */
    public boolean setPolled(int index, long before, long now) {
        return Words.compareAndSet(memory, GroupLayout.member(index) + GroupLayout.POLLED, before, now);
    }

    /** The topics that it reads. */
    public BitSet subscription(int index) {
        long[] words = new long[GroupLayout.MOST_TOPICS / Long.SIZE];
        for (int i = 0; i < words.length; i++) {
            words[i] = Words.get(memory, GroupLayout.member(index) + GroupLayout.SUBSCRIBED + (long) i * Long.BYTES);
        }
        return BitSet.valueOf(words);
    }

    /**
     * A new member, under the lock.
     *
     * @param process the id of its process in the store
     * @param lease in ms
     * @param now by the clock of leases
     * @return its row
     */
    public int join(long process, long lease, long now, String label, BitSet topics) throws ErrnoException {
        int index = freeMember();
        long at = GroupLayout.member(index);
        Words.set(memory, at + GroupLayout.PROCESS, process);
        Words.set(memory, at + GroupLayout.LEASE, lease);
        Words.setOpaque(memory, at + GroupLayout.POLLED, now);
        long[] words = topics.toLongArray();
        for (int i = 0; i < GroupLayout.MOST_TOPICS / Long.SIZE; i++) {
            Words.set(memory, at + GroupLayout.SUBSCRIBED + (long) i * Long.BYTES, i < words.length ? words[i] : 0);
        }
        GroupLayout.setText(memory, at + GroupLayout.LABEL, label, GroupLayout.MOST_LABEL);
        long id = Words.get(memory, GroupLayout.LAST_MEMBER_AT) + 1;
        Words.set(memory, GroupLayout.LAST_MEMBER_AT, id);
        change(); // before the row is valid: killed between, it is planned once more for nothing
        Words.setRelease(memory, at + GroupLayout.ID, id);
        Words.set(memory, GroupLayout.EMPTY_SINCE_AT, 0);
        return index;
    }

    private int freeMember() throws ErrnoException {
        int count = memberRows();
        for (int index = 0; index < count; index++) {
            if (memberId(index) == 0) {
                return index;
            }
        }
        requireRoom(count, GroupLayout.MOST_MEMBERS, "members");
        file.reserve(GroupLayout.member(count), GroupLayout.ROW);
        Words.set(memory, GroupLayout.member(count) + GroupLayout.ID, 0);
        Words.setInt(memory, GroupLayout.MEMBER_ROWS_AT, count + 1);
        return count;
    }

    private static void requireRoom(int count, int most, String what) throws ErrnoException {
        if (count >= most) {
            throw ErrnoException.of(Problem.GROUP_FULL, Errno.ENOSPC.number(), "join", "group", most + " " + what, "");
        }
    }

    private void change() {
        Words.set(memory, GroupLayout.CHANGES_AT, Words.get(memory, GroupLayout.CHANGES_AT) + 1);
    }

    /**
     * Takes out who is dead, and whose lease ran out, under the lock.
     *
     * @param now by the clock of leases
     * @param today in ms since 1970
     * @return whether there was one
     */
    public boolean sweep(Membership processes, long now, long today) throws ErrnoException {
        boolean swept = false;
        for (int index = 0; index < memberRows(); index++) {
            if (memberId(index) != 0 && isGone(index, processes, now)) {
                leave(index, today);
                swept = true;
            }
        }
        return swept;
    }

    /** Whether a member has to be taken out; the lock is not needed to look. */
    public boolean hasGone(Membership processes, long now) throws ErrnoException {
        for (int index = 0; index < memberRows(); index++) {
            if (memberId(index) != 0 && isGone(index, processes, now)) {
                return true;
            }
        }
        return false;
    }

    private boolean isGone(int index, Membership processes, long now) throws ErrnoException {
        return now - polled(index) > lease(index) || !processes.isAlive(process(index));
    }

    /** Takes a member out, under the lock: first what it has, then itself. */
    public void leave(int index, long today) {
        long id = memberId(index);
        for (int each = 0; each < partitions(); each++) {
            row.load(each);
            if (row.owner == id) {
                setOwner(0);
            }
        }
        change();
        Words.setRelease(memory, GroupLayout.member(index) + GroupLayout.ID, 0);
        if (isEmpty()) {
            Words.set(memory, GroupLayout.EMPTY_SINCE_AT, today);
        }
        ring();
    }

    private void setOwner(long id) {
        row.owner = id;
        row.generation++;
        row.flip();
    }

    /** Whether it has no member. */
    public boolean isEmpty() {
        for (int index = 0; index < memberRows(); index++) {
            if (memberId(index) != 0) {
                return false;
            }
        }
        return true;
    }

    // --- topics and partitions

    /**
     * The number of that topic here, with all its partitions, under the lock. If it was removed and made anew, nothing is committed
     * in it any more.
     *
     * @param id what tells it from others of its name
     */
    public int topic(String name, String id, int partitions) throws ErrnoException {
        int number = numberOf(name);
        long at = GroupLayout.topic(number);
        if (number == topics()) {
            requireRoom(number, GroupLayout.MOST_TOPICS, "topics");
            file.reserve(at, GroupLayout.ROW);
            GroupLayout.setText(memory, at + GroupLayout.NAME, name, GroupLayout.MOST_NAME);
            GroupLayout.setText(memory, at + GroupLayout.TOPIC_ID, id, GroupLayout.MOST_NAME);
            Words.setInt(memory, GroupLayout.TOPICS_AT, number + 1);
        } else if (!topicId(number).equals(id)) {
            forget(number, id.hashCode(), partitions);
            GroupLayout.setText(memory, at + GroupLayout.TOPIC_ID, id, GroupLayout.MOST_NAME);
        }
        for (int each = 0; each < partitions; each++) {
            if (find(number, each) < 0) {
                add(number, each, id.hashCode());
            }
        }
        return number;
    }

    /** Whether the group knows of another topic of that name than the one with that id. */
    public boolean isAnother(String name, String id) {
        int number = numberOf(name);
        return number < topics() && !topicId(number).equals(id);
    }

    /** That topic was removed: nobody has a partition of it, and nothing is committed, until {@link #topic} finds another one of its name. */
    public void remove(String name) {
        int number = numberOf(name);
        if (number < topics() && !isGone(number)) {
            forget(number, "".hashCode(), Integer.MAX_VALUE);
            GroupLayout.setText(memory, GroupLayout.topic(number) + GroupLayout.TOPIC_ID, "", GroupLayout.MOST_NAME);
            ring();
        }
    }

    private boolean isGone(int topic) {
        return topicId(topic).isEmpty();
    }

    private int numberOf(String name) {
        int number = 0;
        while (number < topics() && !topicName(number).equals(name)) {
            number++;
        }
        return number;
    }

    private int topics() {
        return Words.getInt(memory, GroupLayout.TOPICS_AT);
    }

    /** The name of the topic of that number. */
    public String topicName(int number) {
        return GroupLayout.text(memory, GroupLayout.topic(number) + GroupLayout.NAME, GroupLayout.MOST_NAME);
    }

    private String topicId(int number) {
        return idOf(memory, number);
    }

    private static String idOf(MemorySegment memory, int topic) {
        return GroupLayout.text(memory, GroupLayout.topic(topic) + GroupLayout.TOPIC_ID, GroupLayout.MOST_NAME);
    }

    /** Nobody has a partition of it, and nothing is committed; rows of more partitions than it has now are of no use. */
    private void forget(int topic, int hash, int partitions) {
        for (int each = 0; each < partitions(); each++) {
            if (topicOf(each) == topic) {
                row.load(each);
                row.clear(hash);
                setOwner(0);
                Words.setOpaque(memory, GroupLayout.partition(each) + GroupLayout.TARGET, 0);
                if (partitionOf(each) >= partitions) {
                    Words.setInt(memory, GroupLayout.partition(each) + GroupLayout.TOPIC, -1);
                }
            }
        }
        change();
    }

    private void add(int topic, int partition, int hash) throws ErrnoException {
        int count = partitions();
        requireRoom(count, GroupLayout.MOST_PARTITIONS, "partitions");
        long at = GroupLayout.partition(count);
        file.reserve(at, GroupLayout.PARTITION_ROW);
        Words.setInt(memory, at + GroupLayout.TOPIC, topic);
        Words.setInt(memory, at + GroupLayout.PARTITION, partition);
        Words.set(memory, at + GroupLayout.TARGET, 0);
        row.begin(count, hash);
        change();
        Words.setRelease(
                memory, GroupLayout.PARTITIONS_AT, count + 1L); // the row first, for who looks without the lock
    }

    /** The row of that partition; -1 when there is none. */
    public int find(int topic, int partition) {
        int count = partitions();
        for (; indexed < count; indexed++) {
            if (isInUse(indexed)) {
                var _ = rows.put(new Place(topicOf(indexed), partitionOf(indexed)), indexed);
            }
        }
        int found = rows.getOrDefault(new Place(topic, partition), -1);
        return found >= 0 && isInUse(found) ? found : -1;
    }

    /** The same by the name of the topic. */
    public int find(String topic, int partition) {
        int number = numberOf(topic);
        return number == topics() ? -1 : find(number, partition);
    }

    /** Whether a partition stands in that row: it may have been lost in a power cut. */
    public boolean isInUse(int index) {
        return topicOf(index) >= 0;
    }

    /** Whether the topic of that partition is there, as far as the group knows. */
    public boolean isThere(int index) {
        return isInUse(index) && !isGone(topicOf(index));
    }

    /** The topic of the partition in that row. */
    public int topicOf(int index) {
        return Words.getInt(memory, GroupLayout.partition(index) + GroupLayout.TOPIC);
    }

    /** Its number there. */
    public int partitionOf(int index) {
        return Words.getInt(memory, GroupLayout.partition(index) + GroupLayout.PARTITION);
    }

    /** Who is to have it: a member's id; 0 for nobody. */
    public long target(int index) {
        return Words.getOpaque(memory, GroupLayout.partition(index) + GroupLayout.TARGET);
    }

    // --- dividing

    /** Divides the partitions anew, if something has changed since that was done, under the lock: whether it was so. */
    public boolean plan() {
        long changes = Words.get(memory, GroupLayout.CHANGES_AT);
        if (Words.get(memory, GroupLayout.PLANNED_AT) == changes) {
            return false;
        }
        List<Long> ids = new ArrayList<>();
        List<BitSet> subscriptions = new ArrayList<>();
        for (int index = 0; index < memberRows(); index++) {
            if (memberId(index) != 0) {
                ids.add(memberId(index));
                subscriptions.add(subscription(index));
            }
        }
        int[] used = IntStream.range(0, partitions()).filter(this::isThere).toArray();
        int[] topics = new int[used.length];
        int[] current = new int[used.length];
        for (int i = 0; i < used.length; i++) {
            row.load(used[i]);
            topics[i] = topicOf(used[i]);
            current[i] =
                    ids.indexOf(row.owner != 0 ? row.owner : target(used[i])); // whose it is, or soon would have been
        }
        int[] targets = Assignor.assign(subscriptions.toArray(BitSet[]::new), topics, current);
        for (int i = 0; i < used.length; i++) {
            long target = targets[i] == Assignor.NOBODY ? 0 : ids.get(targets[i]);
            Words.setOpaque(memory, GroupLayout.partition(used[i]) + GroupLayout.TARGET, target);
        }
        Words.set(memory, GroupLayout.REBALANCES_AT, rebalances() + 1);
        Words.set(memory, GroupLayout.PLANNED_AT, changes); // last: killed before, it is planned anew
        ring();
        return true;
    }

    // --- a partition's row

    /** What stands in that row now, for anybody. */
    public Standing standing(int index) {
        row.loadShared(index);
        return new Standing(row.owner, target(index), row.generation, row.committed, row.epoch, row.text(), row.time);
    }

    /**
     * What stands in a row.
     *
     * @param owner whose partition it is; 0 for nobody's
     * @param target whose it is going to be; 0 for nobody's
     * @param generation how often the owner has changed
     * @param committed the next offset; {@link OffsetRow#NOTHING}
     * @param epoch of the record before; -1
     * @param metadata what goes with it
     * @param time when it was committed, in ms since 1970
     */
    public record Standing(
            long owner, long target, long generation, long committed, int epoch, String metadata, long time) {
        /** Whether something is committed. */
        public boolean isCommitted() {
            return committed != OffsetRow.NOTHING;
        }
    }

    /** Gives the partition to that member, under the lock: its generation from now on. */
    public long acquire(int index, long member) {
        row.load(index);
        setOwner(member);
        return row.generation;
    }

    /** The member gives the partition away, under the lock, if it is still its. */
    public void release(int index, long member, long generation) {
        row.load(index);
        if (row.owner == member && row.generation == generation) {
            setOwner(0);
        }
    }

    /** Whether the partition is that member's, by the generation by which it got it; under the lock. */
    public boolean isOwner(int index, long member, long generation) {
        row.load(index);
        return row.owner == member && row.generation == generation;
    }

    /** Whether nobody has the partition, under the lock. */
    public boolean isFree(int index) {
        row.load(index);
        return row.owner == 0;
    }

    /**
     * Commits for that member, under the lock: false when the partition is not its any more.
     *
     * @param today in ms since 1970
     */
    public boolean commit(
            int index, long member, long generation, long offset, int epoch, byte[] metadata, long today) {
        row.load(index);
        if (row.owner != member || (member != 0 && row.generation != generation)) {
            return false;
        }
        row.committed = offset;
        row.epoch = epoch;
        row.metadata = metadata;
        row.time = today;
        row.flip();
        return true;
    }

    /** What goes with an offset, as it is kept. */
    public static byte[] metadata(String group, String text) throws ErrnoException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > GroupLayout.MOST_METADATA) {
            throw ErrnoException.of(
                    Problem.METADATA_TOO_LARGE,
                    Errno.E2BIG.number(),
                    "commit",
                    "group " + group,
                    GroupLayout.MOST_METADATA + " B",
                    bytes.length + " B");
        }
        return bytes;
    }

    /** How long what is committed stays when there are no members, in ms; under the lock. */
    public void setRetention(long millis) {
        Words.set(memory, GroupLayout.RETENTION_AT, millis);
    }

    /** Forgets what was committed too long ago, if nobody is a member, under the lock. */
    public void expire(long today) {
        if (!isEmpty()) {
            return;
        }
        long since = Words.get(memory, GroupLayout.EMPTY_SINCE_AT);
        if (since == 0) { // its members have gone with a boot, or whoever took the last one out was killed
            Words.set(memory, GroupLayout.EMPTY_SINCE_AT, today);
            return;
        }
        long retention = Words.get(memory, GroupLayout.RETENTION_AT);
        for (int each = 0; each < partitions(); each++) {
            row.load(each);
            if (row.committed != OffsetRow.NOTHING && isOver(row.time, since, retention, today)) {
                row.clear();
                row.flip();
            }
        }
    }

    /** Whether what was committed at that time is no longer kept: it is forgotten when somebody joins. */
    public boolean isExpired(long time, long today) {
        long since = Words.get(memory, GroupLayout.EMPTY_SINCE_AT);
        return since != 0 && isEmpty() && isOver(time, since, Words.get(memory, GroupLayout.RETENTION_AT), today);
    }

    private static boolean isOver(long time, long since, long retention, long today) {
        return today - Math.max(since, time) > retention;
    }

    /** Nothing is committed in that partition any more, under the lock. */
    public void clear(int index) {
        row.load(index);
        row.clear();
        row.flip();
    }

    /**
     * The log of that partition ends there: what is committed past that counts no more, and is on the disk so before anybody appends, or
     * the next power cut would bring it back; under the lock.
     */
    void lower(String topic, int partition, long end) throws ErrnoException {
        int index = find(topic, partition);
        if (index >= 0) {
            row.load(index);
            if (row.committed > end) {
                row.committed = end;
                row.flip();
                file.sync(GroupLayout.partition(index), GroupLayout.PARTITION_ROW);
            }
        }
    }

    /** Marks the group as removed, under the lock. */
    public void setRemoved() {
        GroupLayout.setRemoved(memory);
        ring();
    }

    /**
     * After a boot, or in a copy: no process of before lives, and of what is committed the sound copies count.
     *
     * @param size of the file: a power cut may have kept the counts and not what they count
     */
    static void recover(MemorySegment memory, long size) {
        GroupLayout.requireWithin(memory, size);
        for (int index = 0; index < Words.getInt(memory, GroupLayout.MEMBER_ROWS_AT); index++) {
            Words.set(memory, GroupLayout.member(index) + GroupLayout.ID, 0);
        }
        OffsetRow row = new OffsetRow(memory, memory.asByteBuffer());
        int topics = Words.getInt(memory, GroupLayout.TOPICS_AT);
        for (int each = 0; each < Words.getInt(memory, GroupLayout.PARTITIONS_AT); each++) {
            long at = GroupLayout.partition(each);
            int topic = Words.getInt(memory, at + GroupLayout.TOPIC);
            boolean isThere = topic >= 0
                    && topic < topics
                    && row.recover(each, idOf(memory, topic).hashCode());
            if (!isThere) {
                Words.setInt(memory, at + GroupLayout.TOPIC, -1); // its partition gets another row
            }
            Words.set(memory, at + GroupLayout.TARGET, 0);
        }
        Words.set(memory, GroupLayout.CHANGES_AT, Words.get(memory, GroupLayout.CHANGES_AT) + 1);
        Words.set(memory, GroupLayout.LOCK_AT, 0);
        Words.set(memory, GroupLayout.BELL_AT, Words.get(memory, GroupLayout.BELL_AT) + 1);
    }
}
