package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Poller;
import dev.naru.topics.Cursor;
import dev.naru.topics.PartitionId;
import dev.naru.topics.ReadOptions;
import dev.naru.topics.Start;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Partitions that a consumer was given by hand: one cursor over those that are not paused. When something changes, the cursor is closed,
 * and the next poll opens another where this one had come to. A wake-up is nothing else than a close by another thread.
 */
final class AssignedSource implements Source {
    /** What is assigned and not there is looked for again after so long. */
    private static final long MISSING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TopicCatalog topics;
    private final GroupOffsets group;
    private final ReadOptions options;
    private final Offsets offsets;
    private final Places finder;
    private final BooleanSupplier isWoken;
    private final Object bell = new Object(); // rung by a wake-up

    private final Map<TopicPartition, Place> places = new LinkedHashMap<>(); // where to go on
    private final Set<TopicPartition> fresh = new HashSet<>(); // of these: where the group has come to is not known yet
    private final Set<TopicPartition> paused = new LinkedHashSet<>();
    private final Map<String, Topic> seen = new HashMap<>(); // as they were when places in them were found
    private long nextLook = Poller.NEVER; // for what is assigned and not there, in the time of nanoTime
    private volatile @Nullable Cursor cursor; // null when the next poll is to open it

    /** Of no partition yet. A wait ends when it is woken. */
    AssignedSource(TopicCatalog topics, GroupOffsets group, ReadOptions options, Reset reset, BooleanSupplier isWoken) {
        this.topics = topics;
        this.group = group;
        this.options = options;
        this.offsets = new Offsets(topics, options);
        this.finder = new Places(offsets, reset);
        this.isWoken = isWoken;
    }

    /** Reads these from now on; in those that it has read already, it goes on. */
    void assign(Collection<TopicPartition> partitions) {
        settle();
        Set<TopicPartition> wanted = new LinkedHashSet<>(partitions);
        boolean _ = places.keySet().retainAll(wanted);
        boolean _ = fresh.retainAll(wanted);
        boolean _ = paused.retainAll(wanted);
        for (TopicPartition each : wanted) {
            if (places.putIfAbsent(each, Place.Named.RESET) == null) {
                boolean _ = fresh.add(each);
            }
        }
    }

    /** Closes the cursor: where it had come to is known. */
    private void settle() {
        Cursor open = cursor;
        if (open != null) {
            cursor = null;
            open.close();
        }
    }

    @Override
    public List<TopicRecord> poll(Duration most) throws IOException, InterruptedException {
        if (Poller.isOver(nextLook)) {
            settle();
        }
        Cursor open = cursor;
        if (open == null) {
            Map<PartitionId, Start> starts = starts();
            if (starts.isEmpty()) {
                awaitBell(untilLook(most));
                return List.of();
            }
            open = topics.store().read(starts, options);
            cursor = open; // before the look at the mark: whoever wakes does it the other way round
        }
        if (isWoken.getAsBoolean()) {
            return List.of();
        }
        try {
            List<TopicRecord> records = open.poll(untilLook(most));
            keep(records);
            return records;
        } catch (ClosedChannelException _) { // woken up
            settle();
            return List.of();
        } catch (ErrnoException refused) {
            settle();
            return switch (refused.problem()) {
                case OUT_OF_RANGE, TRUNCATED, TOPIC_REMOVED -> List.of(); // the next poll finds out where to go on
                default -> throw refused;
            };
        }
    }

    private Duration untilLook(Duration most) {
        if (nextLook == Poller.NEVER) {
            return most;
        }
        Duration left = Duration.ofNanos(Math.max(0, nextLook - System.nanoTime()));
        return left.compareTo(most) < 0 ? left : most;
    }

    private Map<PartitionId, Start> starts() throws IOException {
        resetRemoved();
        nextLook = Poller.NEVER;
        Map<PartitionId, Start> starts = new TreeMap<>();
        for (TopicPartition each : List.copyOf(places.keySet())) {
            if (!offsets.has(each)) {
                nextLook = System.nanoTime() + MISSING_NANOS;
            } else if (!paused.contains(each)) {
                long offset = finder.findThere(each, place(each));
                var _ = places.put(each, new Place.At(offset));
                var _ = starts.put(Ids.of(each), finder.start(offset));
            }
        }
        return starts;
    }

    /** No place of a topic that was removed is one of another that has its name now. */
    private void resetRemoved() throws IOException {
        Set<String> removed = new HashSet<>();
        for (Topic each : seen.values()) {
            if (!TopicCatalog.isThere(each)) {
                boolean _ = removed.add(each.name());
                var _ = topics.look(each.name());
            }
        }
        boolean _ = seen.keySet().removeAll(removed);
        places.replaceAll((partition, place) -> removed.contains(partition.topic()) ? Place.Named.RESET : place);
        for (TopicPartition each : places.keySet()) {
            if (!seen.containsKey(each.topic())) {
                topics.find(each.topic()).ifPresent(found -> seen.put(each.topic(), found.topic()));
            }
        }
    }

    /** Where to go on; of one that is fresh, where the group has come to, if it has. */
    private Place place(TopicPartition partition) throws IOException {
        if (fresh.contains(partition)) {
            Optional<OffsetAndMetadata> committed = group.committed(partition);
            if (committed.isPresent()) {
                var _ = places.put(partition, new Place.At(committed.get().offset()));
            }
            boolean _ = fresh.remove(partition);
        }
        Place place = places.get(partition);
        if (place == null) {
            throw new IllegalStateException(
                    "You can only check the position for partitions assigned to this consumer.");
        }
        return place;
    }

    private void keep(List<TopicRecord> records) {
        for (int i = 0; i < records.size(); i++) {
            TopicRecord record = records.get(i);
            TopicRecord next = i + 1 < records.size() ? records.get(i + 1) : null;
            if (next == null
                    || next.partition() != record.partition()
                    || !next.topic().equals(record.topic())) {
                var _ = places.put(
                        new TopicPartition(record.topic(), record.partition()), new Place.At(record.offset() + 1));
            }
        }
    }

    private void awaitBell(Duration most) throws InterruptedException {
        long deadline = Poller.deadlineIn(most);
        synchronized (bell) {
            while (!isWoken.getAsBoolean() && !Poller.isOver(deadline)) {
                bell.wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        }
    }

    @Override
    public Set<TopicPartition> assignment() {
        return new LinkedHashSet<>(places.keySet());
    }

    @Override
    public long position(TopicPartition partition) throws IOException {
        long offset = finder.find(partition, place(partition));
        var _ = places.put(partition, new Place.At(offset));
        return offset;
    }

    @Override
    public boolean isKnown(TopicPartition partition) {
        return places.get(partition) instanceof Place.At;
    }

    @Override
    public void seek(TopicPartition partition, Place place) {
        settle();
        boolean _ = fresh.remove(partition);
        var _ = places.put(partition, place);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        if (paused.addAll(partitions)) {
            settle();
        }
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        if (paused.removeAll(Set.copyOf(partitions))) {
            settle();
        }
    }

    @Override
    public Set<TopicPartition> paused() {
        return new LinkedHashSet<>(paused);
    }

    @Override
    public void commit(Map<TopicPartition, OffsetAndMetadata> offsets) throws IOException, InterruptedException {
        group.commit(offsets);
    }

    @Override
    public void wakeUp() {
        Cursor open = cursor;
        if (open != null) {
            open.close();
        }
        synchronized (bell) {
            bell.notifyAll();
        }
    }

    @Override
    public void close() {
        settle();
    }
}
