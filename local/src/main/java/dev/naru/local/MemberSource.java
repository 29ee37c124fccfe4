package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.GroupMember;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionId;
import dev.naru.topics.RebalanceListener;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that a consumer has as a member of its group. A member goes on by itself with the earliest record or the latest one; what
 * else {@code auto.offset.reset} says is done here: a time is looked up anew each time, and {@code none} is an error of the next poll, until
 * somebody seeks.
 */
final class MemberSource implements Source {
    private final Store store;
    private final MemberSpec spec;
    private final Places finder;
    private final GroupOffsets group;
    private final Listener told;
    private final Unplaced unplaced = new Unplaced();
    private final Set<TopicPartition> fresh = new HashSet<>(); // where to go on is to be found here, and was not yet
    private boolean isLost; // what goes now has gone already
    private volatile GroupMember member; // another one when the group was removed

    /** Is told of partitions, in the thread that polls, while {@link #poll} runs. */
    interface Listener {
        /** These go when this returns. */
        void onRevoked(Set<TopicPartition> partitions) throws IOException, InterruptedException;

        /** These have gone. */
        void onLost(Set<TopicPartition> partitions) throws IOException, InterruptedException;

        /** These are there. */
        void onAssigned(Set<TopicPartition> partitions) throws IOException, InterruptedException;

        /** Topics of the group were removed; others of their names may be there. */
        void onTopicsRemoved() throws IOException;

        /** Whether the user's code has thrown something that was not thrown on yet. */
        boolean hasThrown();

        /** Throws it, if so. */
        void rethrow();
    }

    /** Joins the group. */
    MemberSource(GroupOffsets group, TopicCatalog topics, MemberSpec spec, Offsets offsets, Reset reset, Listener told)
            throws IOException, InterruptedException {
        this.group = group;
        this.told = told;
        this.finder = new Places(offsets, reset);
        this.store = topics.store();
        this.spec = spec.withStart(reset.startOfCursor().orElse(Start.earliest()))
                .withListener(bridge(reset.startOfCursor().isEmpty()));
        this.member = join();
    }

    private GroupMember join() throws IOException, InterruptedException {
        return store.join(group.requireName(), spec);
    }

    private RebalanceListener bridge(boolean placesHere) {
        return new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) throws IOException, InterruptedException {
                if (isLost) {
                    onLost(partitions);
                    return;
                }
                told.onRevoked(Ids.of(partitions));
                forget(Ids.of(partitions));
                hurry();
            }

            @Override
            public void onLost(Set<PartitionId> partitions) throws IOException, InterruptedException {
                told.onLost(Ids.of(partitions));
                forget(Ids.of(partitions));
                hurry();
            }

            @Override
            public void onAssigned(Set<PartitionId> partitions) throws IOException, InterruptedException {
                Set<TopicPartition> gained = Ids.of(partitions);
                if (placesHere) {
                    boolean _ = fresh.addAll(gained);
                    place();
                }
                told.onAssigned(gained);
                hurry();
            }
        };
    }

    /** What the user's code has thrown is thrown as soon as all is carried out, and does not wait for records. */
    private void hurry() {
        if (told.hasThrown()) {
            member.wakeUp();
        }
    }

    private void forget(Set<TopicPartition> gone) {
        boolean _ = fresh.removeAll(gone);
        gone.forEach(unplaced::remove);
    }

    /** Goes, in those that are fresh, where the group has come to, or where the reset says. */
    private void place() throws IOException {
        for (TopicPartition each : Set.copyOf(fresh)) {
            if (!finder.offsets().has(each)) {
                continue; // the member finds so, too
            }
            Place committed = group.committed(each)
                    .<Place>map(there -> new Place.At(there.offset()))
                    .orElse(Place.Named.RESET);
            seek(each, committed);
        }
    }

    @Override
    public List<TopicRecord> poll(Duration most) throws IOException, InterruptedException {
        place(); // what could not be done when they came
        unplaced.requireNone(); // before any record is read that the member would go on with by itself
        List<TopicRecord> records;
        try {
            if (!member.isOpen()) {
                member = join();
            }
            records = member.poll(most);
        } catch (ErrnoException refused) {
            mend(refused);
            records = List.of();
        }
        if (told.hasThrown() || !unplaced.isEmpty()) {
            rewind(records);
            told.rethrow();
            unplaced.requireNone();
        }
        return records;
    }

    /** What the poll has met is nothing that it ends with: the next one goes on. */
    private void mend(ErrnoException met) throws IOException, InterruptedException {
        switch (met.problem()) {
            case OUT_OF_RANGE, TRUNCATED -> placeAnew();
            case TOPIC_REMOVED, NO_TOPIC -> told.onTopicsRemoved(); // the member has none left
            case GROUP_REMOVED -> loseAll();
            default -> throw met;
        }
    }

    /** The group was removed while this was no member of it, being silent for too long: the next poll joins another of its name. */
    private void loseAll() throws IOException {
        isLost = true;
        try {
            member.close();
        } finally {
            isLost = false;
        }
    }

    /** Some of what comes next is not there: goes where the reset says. */
    private void placeAnew() throws IOException {
        for (TopicPartition each : assignment()) {
            if (isKnown(each)) {
                seek(each, new Place.At(member.position(Ids.of(each))));
            }
        }
    }

    /** They were read in a poll that is to throw. */
    private void rewind(List<TopicRecord> records) throws IOException {
        for (TopicRecord record : records.reversed()) { // the first one last
            member.seek(new PartitionId(record.topic(), record.partition()), finder.start(record.offset()));
        }
    }

    @Override
    public Set<TopicPartition> assignment() {
        try {
            return Ids.of(member.assignment());
        } catch (ClosedChannelException _) { // all was lost, and another one has not joined yet
            return Set.of();
        } catch (IOException failed) {
            throw Errors.of(failed);
        }
    }

    @Override
    public long position(TopicPartition partition) throws IOException {
        Long wanted = unplaced.wanted(partition);
        return wanted == null ? member.position(Ids.of(partition)) : wanted;
    }

    @Override
    public boolean isKnown(TopicPartition partition) {
        return !unplaced.contains(partition) && !fresh.contains(partition);
    }

    @Override
    public void seek(TopicPartition partition, Place place) throws IOException {
        unplaced.remove(partition);
        try {
            member.seek(Ids.of(partition), finder.start(finder.findThere(partition, place)));
        } catch (NoOffsetForPartitionException nowhere) {
            unplaced.add(nowhere);
        } catch (OffsetOutOfRangeException nowhere) {
            unplaced.add(nowhere);
        }
        if (unplaced.contains(partition)) {
            member.wakeUp(); // the next poll, or the one that is under way, says so and does not wait
        }
        boolean _ = fresh.remove(partition);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) throws IOException {
        member.pause(Ids.of(partitions));
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) throws IOException {
        member.resume(Ids.of(partitions));
    }

    @Override
    public Set<TopicPartition> paused() throws IOException {
        return Ids.of(member.paused());
    }

    @Override
    public void commit(Map<TopicPartition, OffsetAndMetadata> offsets) throws IOException, InterruptedException {
        try {
            member.commit(GroupOffsets.ids(offsets));
        } catch (ErrnoException refused) {
            if (refused.problem() == Problem.NOT_OWNER) {
                throw GroupOffsets.failed(refused);
            }
            throw refused;
        }
    }

    /** How often partitions were divided, and who this is: for {@code groupMetadata()}. */
    long generation() {
        return member.generation();
    }

    long id() {
        return member.id();
    }

    @Override
    public void wakeUp() {
        member.wakeUp();
    }

    @Override
    public void close() throws IOException {
        member.close();
        told.rethrow();
    }
}
