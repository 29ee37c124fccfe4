package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.GroupMember;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionId;
import dev.naru.topics.RebalanceListener;
import dev.naru.topics.Start;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
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
    private final GroupMember member;
    private final Places finder;
    private final GroupOffsets group;
    private final Unplaced unplaced = new Unplaced();
    private final Set<TopicPartition> fresh =
            new HashSet<>(); // where to go on there is to be found here, and was not yet

    /** Is told of partitions, in the thread that polls, while {@link #poll} runs. */
    interface Listener {
        /** These go when this returns. */
        void onRevoked(Set<TopicPartition> partitions) throws IOException, InterruptedException;

        /** These have gone. */
        void onLost(Set<TopicPartition> partitions) throws IOException, InterruptedException;

        /** These are there. */
        void onAssigned(Set<TopicPartition> partitions) throws IOException, InterruptedException;
    }

    /** Joins the group. */
    MemberSource(GroupOffsets group, TopicCatalog topics, MemberSpec spec, Offsets offsets, Reset reset, Listener told)
            throws IOException, InterruptedException {
        this.group = group;
        this.finder = new Places(offsets, reset);
        this.member = topics.store()
                .join(
                        group.requireName(),
                        spec.withStart(reset.startOfCursor().orElse(Start.earliest()))
                                .withListener(bridge(told, reset.startOfCursor().isEmpty())));
    }

    private RebalanceListener bridge(Listener told, boolean placesHere) {
        return new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) throws IOException, InterruptedException {
                told.onRevoked(Ids.of(partitions));
                forget(Ids.of(partitions));
            }

            @Override
            public void onLost(Set<PartitionId> partitions) throws IOException, InterruptedException {
                told.onLost(Ids.of(partitions));
                forget(Ids.of(partitions));
            }

            @Override
            public void onAssigned(Set<PartitionId> partitions) throws IOException, InterruptedException {
                Set<TopicPartition> gained = Ids.of(partitions);
                if (placesHere) {
                    boolean _ = fresh.addAll(gained);
                    place();
                }
                told.onAssigned(gained);
            }
        };
    }

    private void forget(Set<TopicPartition> gone) {
        boolean _ = fresh.removeAll(gone);
        gone.forEach(unplaced::remove);
    }

    /** Goes, in those that are fresh, where the group has come to, or where the reset says. */
    private void place() throws IOException {
        for (TopicPartition each : Set.copyOf(fresh)) {
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
            records = member.poll(most);
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.OUT_OF_RANGE && refused.problem() != Problem.TRUNCATED) {
                throw refused;
            }
            placeAnew();
            records = List.of();
        }
        if (!unplaced.isEmpty()) {
            rewind(records);
            unplaced.requireNone();
        }
        return records;
    }

    /** Some of what comes next is not there: goes where the reset says. */
    private void placeAnew() throws IOException {
        for (TopicPartition each : assignment()) {
            if (isKnown(each)) {
                seek(each, new Place.At(member.position(Ids.of(each))));
            }
        }
    }

    /** They were read in the poll that found partitions out of which nothing may be read yet. */
    private void rewind(List<TopicRecord> records) throws IOException {
        for (TopicRecord record : records.reversed()) { // the first one last
            member.seek(new PartitionId(record.topic(), record.partition()), finder.start(record.offset()));
        }
    }

    @Override
    public Set<TopicPartition> assignment() {
        try {
            return Ids.of(member.assignment());
        } catch (IOException closed) {
            throw Errors.of(closed);
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
    }
}
