package dev.naru.topics;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Poller;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Closing;
import dev.naru.topics.internal.GroupTable;
import dev.naru.topics.internal.TopicEvents;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member of a consumer group: it reads some partitions of the group's topics, and the other members read the others.
 *
 * <pre>{@code
 * try (GroupMember billing = orders.join("billing")) {
 *     while (true) {
 *         for (TopicRecord record : billing.poll(Duration.ofMillis(100))) bill(record.key(), record.value());
 *         billing.commit();
 *     }
 * }
 * }</pre>
 *
 * <p>Members are threads and processes. Partitions are divided evenly among them, and anew when a member joins, leaves or dies, or a
 * topic gets more; no more of them move than must. It is the polls that do all this: a member that dies is noticed by those who poll,
 * in a tenth of a second, and a partition that is to move goes when the one who has it polls. A member that is silent for longer than
 * its lease loses its partitions.
 *
 * <p>At least once: a record comes again, to whoever has its partition then, unless it was committed; none is skipped. No two members
 * have one partition at a time, and what is committed counts only of the one that has it ({@link Problem#NOT_OWNER}). But <strong>a member that was silent for longer than its lease may still be at work</strong> on records of a
 * partition that another one has by then: its commit is refused, what else it does is not.
 *
 * <p>Used by one thread at a time; any thread may {@link #close} it, or {@link #wakeUp} it.
 */
public final class GroupMember implements Closeable {
    private final String group;
    private final MemberSpec spec;
    private final GroupSession session;
    private final GroupPlaces places;
    private final Consumer<GroupMember> whenClosed;
    private final long autoCommitNanos; // NEVER when commits are by hand

    private final ReentrantLock turn = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Awakening awakening = new Awakening();
    private volatile boolean enrolled;
    private volatile @Nullable Thread lastUser;
    private long nextCommit; // in the time of nanoTime

    GroupMember(
            String group,
            MemberSpec spec,
            StoreContext store,
            GroupPlaces.Opener topics,
            Consumer<GroupMember> whenClosed)
            throws IOException {
        this.group = group;
        this.spec = spec;
        this.whenClosed = whenClosed;
        this.session = new GroupSession(group, spec, store);
        this.places = new GroupPlaces(group, spec, topics, new Cursor.Bell() {
            @Override
            public List<Futex.Word> word() {
                return List.of(session.bell(), awakening.word());
            }

            @Override
            public boolean hasRung() {
                return session.hasRung() || awakening.isWanted();
            }
        });
        this.autoCommitNanos = spec.autoCommit().map(Duration::toNanos).orElse(Poller.NEVER);
        this.nextCommit = Poller.deadlineIn(spec.autoCommit().orElse(Duration.ofNanos(Poller.NEVER)));
    }

    /** Joins, or is closed. Whoever closes it meanwhile ends that. */
    void enroll() throws IOException, InterruptedException {
        turn.lock();
        try {
            requireOpen();
            session.enroll();
            enrolled = true;
        } catch (ClosedChannelException thrown) {
            throw closed.get() ? new AsynchronousCloseException() : thrown;
        } finally {
            turn.unlock();
            if (!enrolled) {
                close();
            }
        }
    }

    /** The name of the group. */
    public String group() {
        return group;
    }

    /** Its number in the group, which no other member ever has; another one after its lease ran out. */
    public long id() {
        return session.id();
    }

    /** How often the group's partitions were divided, also before it joined; as of the last poll. Any thread may ask. */
    public long generation() {
        return session.generation();
    }

    /**
     * Waits until there are records of its partitions. Records that an earlier poll answered count as done: partitions may go to others
     * now, after the listener was told.
     *
     * <p>A topic that is removed while it has others is lost, and read again when it is made anew.
     *
     * @throws ErrnoException as {@link Cursor#poll}; {@link Problem#TOPIC_REMOVED} when none of its topics is there; {@link
     *     Problem#GROUP_REMOVED}
     * @throws InterruptedException when the thread was interrupted; the member stays usable
     */
    public List<TopicRecord> poll() throws IOException, InterruptedException {
        return poll(Poller.NEVER);
    }

    /** The same, for at most so long: none when none came, or it was {@linkplain #wakeUp woken up}. */
    public List<TopicRecord> poll(Duration timeout) throws IOException, InterruptedException {
        return poll(Poller.deadlineIn(timeout));
    }

    /** What is there now. It carries out what has changed in the group, and does not wait for records. */
    public List<TopicRecord> tryPoll() throws IOException, InterruptedException {
        return poll(System.nanoTime());
    }

    private List<TopicRecord> poll(long deadline) throws IOException, InterruptedException {
        begin();
        try {
            while (true) {
                attend();
                try {
                    List<TopicRecord> records = places.cursor().tryPoll(spec.mostPolled());
                    if (!records.isEmpty() || awakening.take() || Poller.isOver(deadline)) {
                        return records;
                    }
                    boolean _ = places.cursor().awaitRecord(Math.min(deadline, GroupSession.watchDeadline()));
                } catch (ErrnoException refused) {
                    passIfRemoved(refused);
                }
            }
        } catch (ClosedChannelException thrown) {
            throw closed.get() ? new AsynchronousCloseException() : thrown;
        } finally {
            turn.unlock();
        }
    }

    /** One topic of several: the visit that follows gives up its partitions. */
    private void passIfRemoved(ErrnoException refused) throws IOException, InterruptedException {
        if (refused.problem() != Problem.TOPIC_REMOVED) {
            throw refused;
        }
        List<Held> before = List.copyOf(places.all());
        session.setDue();
        attend();
        if (before.equals(List.copyOf(places.all()))) {
            throw refused; // it stands there still
        }
    }

    private void begin() throws ClosedChannelException {
        if (!turn.tryLock()) {
            requireOpen();
            throw new IllegalStateException("group " + group + ": another thread uses this member");
        }
        if (closed.get() && turn.getHoldCount() == 1) {
            turn.unlock();
            throw new ClosedChannelException();
        }
        lastUser = Thread.currentThread();
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed.get()) {
            throw new ClosedChannelException();
        }
    }

    /** Carries out what has changed in the group, until nothing is left to do. */
    private void attend() throws IOException, InterruptedException {
        if (autoCommitNanos != Poller.NEVER && System.nanoTime() >= nextCommit) {
            commitWhatIsOurs();
        }
        while (session.isDue()) {
            boolean carriedOut = false;
            try {
                carryOut(session.visit(places.all()));
                session.requireTopic();
                carriedOut = true;
            } finally {
                if (!carriedOut) {
                    session.setDue();
                }
            }
        }
    }

    private void carryOut(GroupSession.Visit visit) throws IOException, InterruptedException {
        TopicEvents.rebalanced(
                group,
                session.id(),
                visit.gained().size(),
                visit.revoked().size(),
                visit.lost().size());
        if (!visit.lost().isEmpty()) {
            places.drop(visit.lost());
            spec.listener().onLost(ids(visit.lost()));
            requireOpen();
        }
        if (!visit.revoked().isEmpty()) {
            if (autoCommitNanos != Poller.NEVER) {
                commitWhatIsOurs();
            }
            spec.listener().onRevoked(ids(visit.revoked()));
            requireOpen();
            session.release(visit.revoked());
            places.drop(visit.revoked());
        }
        if (!visit.gained().isEmpty()) {
            List<Held> gained = places.take(visit.gained());
            boolean isTheirs = false;
            try {
                keepStart(gained);
                isTheirs = true;
            } finally {
                if (!isTheirs) {
                    places.drop(gained); // the next visit finds them again, and the listener is told then
                }
            }
            spec.listener().onAssigned(ids(gained));
            requireOpen();
        }
        if (!visit.lost().isEmpty() || visit.isLost()) {
            session.setDue(); // some of them may be meant for it again, and who is no member joins anew
        }
    }

    /** Where nothing is committed, and it does not begin with the earliest: what comes from now on would else be skipped by who comes next. */
    private void keepStart(List<Held> gained) throws IOException, InterruptedException {
        if (!(spec.start() instanceof Start.Earliest)) {
            session.commit(gained);
        }
    }

    private static Set<PartitionId> ids(List<Held> held) {
        Set<PartitionId> ids = new TreeSet<>();
        held.forEach(each -> ids.add(each.id()));
        return ids;
    }

    private void commitWhatIsOurs() throws IOException, InterruptedException {
        nextCommit = System.nanoTime() + autoCommitNanos;
        try {
            session.commit(places.all());
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NOT_OWNER) {
                throw refused;
            } // the next visit tells which are lost
        }
    }

    /**
     * Commits all that polls have answered: whoever has these partitions next begins behind it. It is in the page cache of the kernel
     * when this returns, so that it stays when this process dies.
     *
     * @throws ErrnoException {@link Problem#NOT_OWNER} names the partitions that are not this member's any more: they
     *     come again, elsewhere; what it still has is committed
     */
    public void commit() throws IOException, InterruptedException {
        begin();
        try {
            session.commit(places.all());
        } finally {
            turn.unlock();
        }
    }

    /**
     * Commits that, whatever was read.
     *
     * @throws ErrnoException {@link Problem#NOT_OWNER} as {@link #commit()}; {@link Problem#METADATA_TOO_LARGE}: nothing is committed
     */
    public void commit(Map<PartitionId, Committed> offsets) throws IOException, InterruptedException {
        begin();
        try {
            Map<Held, Committed> ours = new HashMap<>();
            List<PartitionId> others = new ArrayList<>();
            for (Map.Entry<PartitionId, Committed> each : new TreeMap<>(offsets).entrySet()) {
                Optional<Held> held = places.find(each.getKey());
                if (held.isPresent()) {
                    var _ = ours.put(held.get(), each.getValue());
                } else {
                    others.add(each.getKey());
                }
            }
            session.commit(ours, others);
        } finally {
            turn.unlock();
        }
    }

    /** What the group has committed in that partition, whoever has it. */
    public Optional<Committed> committed(PartitionId partition) throws IOException {
        begin();
        try {
            return committed(session.table(), partition);
        } finally {
            turn.unlock();
        }
    }

    static Optional<Committed> committed(GroupTable table, PartitionId partition) {
        int row = table.find(partition.topic(), partition.partition());
        if (row < 0) {
            return Optional.empty();
        }
        return committed(table.standing(row));
    }

    static Optional<Committed> committed(GroupTable.Standing standing) {
        return standing.isCommitted()
                ? Optional.of(new Committed(standing.committed(), standing.epoch(), standing.metadata()))
                : Optional.empty();
    }

    /** Its partitions, as of the last poll. */
    public Set<PartitionId> assignment() throws IOException {
        begin();
        try {
            return ids(List.copyOf(places.all()));
        } finally {
            turn.unlock();
        }
    }

    /** The offset of the next record of a partition that it has. */
    public long position(PartitionId partition) throws IOException {
        begin();
        try {
            return places.require(partition).next();
        } finally {
            turn.unlock();
        }
    }

    /** How many records it passed over since they were not there any more, where its start says that it goes on. */
    public long missed() throws IOException {
        begin();
        try {
            return places.missed();
        } finally {
            turn.unlock();
        }
    }

    /** Goes there in a partition that it has. Nothing is committed by that. */
    public void seek(PartitionId partition, Start start) throws IOException {
        begin();
        try {
            places.require(partition).seek(start);
        } finally {
            turn.unlock();
        }
    }

    /** Polls answer no records of these, which it has, until they are {@linkplain #resume resumed}. They stay this member's. */
    public void pause(Collection<PartitionId> partitions) throws IOException {
        setPaused(partitions, true);
    }

    /** Polls answer records of these again. */
    public void resume(Collection<PartitionId> partitions) throws IOException {
        setPaused(partitions, false);
    }

    private void setPaused(Collection<PartitionId> partitions, boolean paused) throws IOException {
        begin();
        try {
            places.setPaused(partitions, paused);
        } finally {
            turn.unlock();
        }
    }

    /** Those that are paused. */
    public Set<PartitionId> paused() throws IOException {
        begin();
        try {
            return ids(places.all().stream().filter(Held::isPaused).toList());
        } finally {
            turn.unlock();
        }
    }

    /** Ends the poll that waits, or else the next one that finds nothing: it answers no records. Any thread may call it. */
    public void wakeUp() {
        awakening.want();
    }

    /** Whether {@link #close} was not called yet. */
    public boolean isOpen() {
        return !closed.get();
    }

    /**
     * Leaves the group: its partitions go to the others at once. With automatic commits, what polls have answered is committed, unless
     * another thread than the one that polled closes it, for that one may still be at work. Idempotent; any thread may call it, and a
     * poll that waits ends with {@link AsynchronousCloseException}.
     */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        places.cursor().close(); // ends a wait
        if (!enrolled) {
            session.abandon(); // likewise
        }
        turn.lock();
        try {
            Closing closing = Closing.begin();
            if (enrolled) {
                closing.close(this::takeLeave);
            }
            closing.close(places);
            closing.close(session);
            whenClosed.accept(this);
            closing.end();
        } finally {
            turn.unlock();
        }
    }

    private void takeLeave() throws IOException {
        boolean isInterrupted = Thread.interrupted(); // it leaves all the same
        try {
            if (autoCommitNanos != Poller.NEVER && Thread.currentThread() == lastUser) {
                commitWhatIsOurs();
            }
            tellOfTheEnd();
        } catch (InterruptedException again) {
            isInterrupted = true;
        } finally {
            isInterrupted |= leave();
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void tellOfTheEnd() throws IOException, InterruptedException {
        Set<PartitionId> all = ids(List.copyOf(places.all()));
        if (all.isEmpty()) {
            return;
        }
        if (session.isMember()) {
            spec.listener().onRevoked(all);
        } else {
            spec.listener().onLost(all); // others may have begun already
        }
    }

    /** However often it is interrupted, or its partitions would be nobody's until its lease is over: whether it was. */
    private boolean leave() throws IOException {
        boolean isInterrupted = false;
        while (true) {
            try {
                session.leave();
                return isInterrupted;
            } catch (InterruptedException again) {
                isInterrupted = true;
            }
        }
    }

    @Override
    public String toString() {
        return "member " + session.id() + " of group " + group;
    }
}
