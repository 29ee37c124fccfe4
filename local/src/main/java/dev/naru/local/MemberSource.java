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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that a consumer has as a member of its group. Where {@code auto.offset.reset} is {@code none}, what the group would do by
 * itself is an error of the next poll instead, until somebody says where to go on.
 */
final class MemberSource implements Source {
    private final GroupMember member;
    private final Places finder;
    private final Set<TopicPartition> unknown = new HashSet<>(); // where nothing is committed, and that is an error
    private final Map<TopicPartition, Long> outOfRange = new HashMap<>(); // likewise; where it was to go

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
        this.finder = new Places(offsets, reset);
        Start start = reset.start().orElse(Start.earliest());
        this.member = topics.store()
                .join(group.requireName(), spec.withStart(start).withListener(new RebalanceListener() {
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
                        if (reset.start().isEmpty()) {
                            findUnknown(group, gained);
                        }
                        told.onAssigned(gained);
                    }
                }));
    }

    private void forget(Set<TopicPartition> gone) {
        boolean _ = unknown.removeAll(gone);
        boolean _ = outOfRange.keySet().removeAll(gone);
    }

    private void findUnknown(GroupOffsets group, Set<TopicPartition> gained) throws IOException {
        for (TopicPartition each : gained) {
            if (group.committed(each).isEmpty()) {
                boolean _ = unknown.add(each);
            }
        }
    }

    @Override
    public List<TopicRecord> poll(Duration most) throws IOException, InterruptedException {
        requireKnown(); // before any record is read that the group would go on with by itself
        List<TopicRecord> records = member.poll(most);
        if (unknown.isEmpty()) {
            return records;
        }
        rewind(records);
        throw new NoOffsetForPartitionException(Set.copyOf(unknown));
    }

    private void requireKnown() {
        if (!unknown.isEmpty()) {
            throw new NoOffsetForPartitionException(Set.copyOf(unknown));
        }
        if (!outOfRange.isEmpty()) {
            throw new OffsetOutOfRangeException(Map.copyOf(outOfRange));
        }
    }

    /** They were read in the poll that found partitions out of which nothing may be read yet. */
    private void rewind(List<TopicRecord> records) throws IOException {
        for (TopicRecord record : records.reversed()) { // the first one last
            member.seek(new PartitionId(record.topic(), record.partition()), Start.offset(record.offset()));
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
        if (unknown.contains(partition)) {
            throw new NoOffsetForPartitionException(partition);
        }
        Long sought = outOfRange.get(partition);
        return sought == null ? member.position(Ids.of(partition)) : sought;
    }

    @Override
    public boolean isKnown(TopicPartition partition) {
        return !unknown.contains(partition) && !outOfRange.containsKey(partition);
    }

    @Override
    public void seek(TopicPartition partition, Place place) throws IOException {
        boolean _ = unknown.remove(partition);
        var _ = outOfRange.remove(partition);
        try {
            member.seek(Ids.of(partition), finder.start(finder.findThere(partition, place)));
        } catch (OffsetOutOfRangeException nowhere) {
            outOfRange.putAll(nowhere.offsetOutOfRangePartitions()); // the next poll says so
        }
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
