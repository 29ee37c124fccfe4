package dev.naru.local;

import dev.naru.linux.Poller;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer does: where its records come from, which of them it has handed on, and what it commits of that.
 *
 * <p>What was handed on, and only that, counts for positions and commits; what a source gave beyond it waits in {@link Fetched}.
 *
 * <p>For one thread at a time, but {@link #wakeUp}.
 */
final class ConsumerSession<K, V> {
    private static final Logger LOGGER = System.getLogger(LocalConsumer.class.getName());

    /** A topic that is wanted and not there is looked for again after so long. */
    private static final long MISSING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final ConsumerSettings settings;
    private final TopicCatalog topics;
    private final GroupOffsets group;
    private final Offsets offsets;
    private final ConsumerHooks<K, V> hooks;
    private final RecordMaker<K, V> maker;
    private final ConsumerCounts counts;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Fetched fetched = new Fetched();

    private @Nullable Subscription subscription;
    private volatile @Nullable Source source; // null when nothing is assigned, or the next poll joins
    private Set<String> joined = Set.of();
    private boolean isRejoining; // though it wants the same
    private long nextLook; // for topics, in the time of nanoTime
    private long nextCommit; // likewise

    ConsumerSession(
            ConsumerSettings settings,
            TopicCatalog topics,
            GroupOffsets group,
            ConsumerHooks<K, V> hooks,
            RecordMaker<K, V> maker,
            ConsumerCounts counts) {
        this.settings = settings;
        this.topics = topics;
        this.group = group;
        this.offsets = new Offsets(topics, settings.options());
        this.hooks = hooks;
        this.maker = maker;
        this.counts = counts;
        this.nextCommit = Poller.deadlineIn(settings.autoCommit().orElse(FOR_EVER));
    }

    @Nullable
    Subscription subscription() {
        return subscription;
    }

    /** The topics that it has a share of, or will have. */
    Set<String> subscribed() {
        return switch (subscription) {
            case null -> Set.of();
            case Subscription.Named named -> named.names();
            case Subscription.Matching _ -> joined;
        };
    }

    Set<TopicPartition> assignment() {
        Source from = source;
        return from == null ? Set.of() : from.assignment();
    }

    /** Wants a share of these from now on; the next poll joins. */
    void subscribe(Subscription wanted) throws IOException {
        if (source instanceof AssignedSource && subscription == null) {
            throw exclusive();
        }
        boolean isOther = subscription != null && !subscription.getClass().equals(wanted.getClass());
        if (isOther) {
            throw exclusive();
        }
        rewindAll(); // some of it may be of topics that are not wanted any more
        subscription = wanted;
        nextLook = System.nanoTime();
    }

    private static IllegalStateException exclusive() {
        return new IllegalStateException("Subscription to topics, partitions and pattern are mutually exclusive");
    }

    /** Reads these from now on. */
    void assign(Collection<TopicPartition> partitions) throws IOException, InterruptedException {
        if (subscription != null) {
            throw exclusive();
        }
        commitBeforeChange();
        if (source instanceof AssignedSource assigned) {
            Set<TopicPartition> gone = new HashSet<>(assigned.assignment());
            boolean _ = gone.removeAll(Set.copyOf(partitions));
            var _ = fetched.drop(gone);
            assigned.assign(partitions);
        } else {
            AssignedSource assigned = unassigned();
            assigned.assign(partitions);
            source = assigned;
        }
    }

    private AssignedSource unassigned() {
        return new AssignedSource(topics, group, settings.options(), settings.reset(), woken::get);
    }

    /** Gives all back; what it wants is forgotten. */
    void unsubscribe() throws IOException {
        leave();
        subscription = null;
    }

    /** The next poll leaves, and joins anew. */
    void rejoin() throws IOException {
        rewindAll();
        isRejoining = true;
        nextLook = System.nanoTime();
    }

    private void leave() throws IOException {
        Source from = source;
        if (from != null) {
            try {
                from.close(); // tells the listener; it may still commit
            } finally {
                source = null;
                joined = Set.of();
                isRejoining = false;
                fetched.fill(List.of());
                nextLook = System.nanoTime();
            }
        }
    }

    ConsumerRecords<K, V> poll(Duration timeout) throws IOException, InterruptedException {
        if (subscription == null && source == null) {
            throw new IllegalStateException("Consumer is not subscribed to any topics or assigned any partitions");
        }
        long deadline = Poller.deadlineIn(timeout);
        hooks.runCallbacks();
        do {
            requireNotWoken();
            commitIfDue();
            if (fetched.isEmpty()) {
                Source from = current();
                if (!woken.get()) { // before it was there, nobody could wake it
                    fetched.fill(from.poll(left(deadline)));
                }
            }
            ConsumerRecords<K, V> records = handOn();
            if (!records.isEmpty()) {
                return hooks.onConsume(records);
            }
        } while (!Poller.isOver(deadline));
        return ConsumerRecords.empty();
    }

    /** Ends a poll that waits, or the next one. Any thread may call it. */
    void wakeUp() {
        woken.set(true);
        Source from = source;
        if (from != null) {
            from.wakeUp();
        }
    }

    private void requireNotWoken() {
        if (woken.getAndSet(false)) {
            throw new WakeupException();
        }
    }

    private Duration left(long deadline) {
        long until = subscription == null ? deadline : Math.min(deadline, nextLook);
        return until == Poller.NEVER ? FOR_EVER : Duration.ofNanos(Math.max(0, until - System.nanoTime()));
    }

    /** Where records come from now: joins, also anew when there are other topics. */
    private Source current() throws IOException, InterruptedException {
        Source from = source;
        Subscription wanted = subscription;
        if (wanted == null || (from != null && System.nanoTime() - nextLook < 0)) {
            if (from == null) {
                throw new IllegalStateException("nothing is assigned");
            }
            return from;
        }
        Set<String> there = wanted.topics(topics);
        if (from == null || isRejoining || !there.equals(joined)) {
            leave();
            from = there.isEmpty() ? unassigned() : member(there);
            joined = there;
            source = from;
        }
        long age = settings.age().toNanos();
        nextLook = System.nanoTime() + (wanted.isComplete(there) ? age : Math.min(age, MISSING_NANOS));
        return from;
    }

    private MemberSource member(Set<String> there) throws IOException, InterruptedException {
        return new MemberSource(
                group,
                topics,
                settings.member(there),
                offsets,
                settings.reset(),
                new RebalanceBridge(this::listener, this::beforeRevocation, this::afterLoss, this::afterRemoval));
    }

    private Optional<ConsumerRebalanceListener> listener() {
        return Optional.ofNullable(subscription).map(Subscription::listener);
    }

    private void beforeRevocation(Set<TopicPartition> partitions) throws IOException, InterruptedException {
        if (settings.autoCommit().isPresent()) {
            commitOrLog(consumed(partitions));
        }
        var _ = fetched.drop(partitions); // none, but where the last poll has failed
    }

    private void afterLoss(Set<TopicPartition> partitions) {
        var _ = fetched.drop(partitions);
    }

    /** The next poll joins for those topics that are there then. */
    private void afterRemoval() throws IOException {
        for (String each : joined) {
            var _ = topics.look(each); // what is known of it is not true any more
        }
        nextLook = System.nanoTime();
    }

    private ConsumerRecords<K, V> handOn() throws IOException {
        Map<TopicPartition, List<ConsumerRecord<K, V>>> records = new LinkedHashMap<>();
        List<ConsumerRecord<K, V>> ofPartition = List.of();
        @Nullable TopicPartition last = null;
        int most = Math.min(settings.mostPolled(), fetched.size());
        long bytes = 0;
        int made = 0;
        while (made < most) {
            TopicRecord next = fetched.peek();
            TopicPartition partition = maker.partition(next);
            ConsumerRecord<K, V> record;
            try {
                record = maker.make(next);
            } catch (RecordDeserializationException broken) {
                if (made == 0) {
                    throw broken;
                }
                break; // the next poll tells
            }
            if (!partition.equals(last)) {
                int left = most - made; // they come partition by partition
                ofPartition = records.computeIfAbsent(partition, _ -> new ArrayList<>(left));
                last = partition;
            }
            ofPartition.add(record);
            fetched.pass();
            bytes += Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
            made++;
        }
        if (made == 0) {
            return ConsumerRecords.empty();
        }
        counts.polled(made, bytes);
        return new ConsumerRecords<>(records, next(records));
    }

    private static <K, V> Map<TopicPartition, OffsetAndMetadata> next(
            Map<TopicPartition, List<ConsumerRecord<K, V>>> records) {
        Map<TopicPartition, OffsetAndMetadata> next = HashMap.newHashMap(records.size());
        records.forEach((partition, those) ->
                next.put(partition, new OffsetAndMetadata(those.getLast().offset() + 1)));
        return next;
    }

    long position(TopicPartition partition) throws IOException {
        Source from = source;
        if (from == null || !from.assignment().contains(partition)) {
            throw new IllegalStateException(
                    "You can only check the position for partitions assigned to this consumer.");
        }
        OptionalLong waiting = fetched.first(partition);
        return waiting.isPresent() ? waiting.getAsLong() : from.position(partition);
    }

    void seek(TopicPartition partition, Place place) throws IOException {
        Source from = assigned(Set.of(partition));
        var _ = fetched.drop(Set.of(partition));
        from.seek(partition, place);
    }

    void pause(Collection<TopicPartition> partitions) throws IOException {
        Source from = assigned(partitions);
        rewind(from, Set.copyOf(partitions));
        from.pause(partitions);
    }

    /** What was read ahead is read again, if it is still to be. */
    private void rewindAll() throws IOException {
        Source from = source;
        if (from != null) {
            rewind(from, from.assignment());
        }
    }

    /** The same in these. */
    private void rewind(Source from, Set<TopicPartition> partitions) throws IOException {
        for (Map.Entry<TopicPartition, Long> each : fetched.drop(partitions).entrySet()) {
            from.seek(each.getKey(), new Place.At(each.getValue()));
        }
    }

    void resume(Collection<TopicPartition> partitions) throws IOException {
        assigned(partitions).resume(partitions);
    }

    Set<TopicPartition> paused() throws IOException {
        Source from = source;
        return from == null ? Set.of() : from.paused();
    }

    /** The source, to which all these are assigned. */
    private Source assigned(Collection<TopicPartition> partitions) {
        Source from = source;
        Set<TopicPartition> assignment = assignment();
        for (TopicPartition each : partitions) {
            if (from == null || !assignment.contains(each)) {
                throw new IllegalStateException("No current assignment for partition " + each);
            }
        }
        return from == null ? unassigned() : from;
    }

    /** Behind what was handed on, in all partitions of which that is known. */
    Map<TopicPartition, OffsetAndMetadata> consumed() throws IOException {
        return consumed(assignment());
    }

    private Map<TopicPartition, OffsetAndMetadata> consumed(Set<TopicPartition> of) throws IOException {
        Source from = source;
        Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
        for (TopicPartition each : of) {
            if (from != null && from.isKnown(each)) {
                var _ = all.put(each, new OffsetAndMetadata(position(each)));
            }
        }
        return all;
    }

    /** Commits that, and tells the interceptors. */
    void commit(Map<TopicPartition, OffsetAndMetadata> those) throws IOException, InterruptedException {
        String _ = group.requireName();
        if (!those.isEmpty()) {
            Source from = source;
            if (from == null) {
                group.commit(those);
            } else {
                from.commit(those);
            }
            hooks.onCommit(those);
        }
    }

    private void commitIfDue() throws IOException, InterruptedException {
        if (settings.autoCommit().isPresent() && System.nanoTime() - nextCommit >= 0) {
            nextCommit = Poller.deadlineIn(settings.autoCommit().get());
            commitOrLog(consumed());
        }
    }

    /** With automatic commits: what was handed on is done, as far as anybody can know. */
    void commitBeforeChange() throws IOException, InterruptedException {
        if (settings.autoCommit().isPresent()) {
            commitOrLog(consumed());
        }
    }

    private void commitOrLog(Map<TopicPartition, OffsetAndMetadata> those) throws IOException, InterruptedException {
        try {
            commit(those);
        } catch (CommitFailedException refused) { // the next poll tells what is lost
            LOGGER.log(Level.WARNING, "an automatic commit has failed", refused);
        }
    }

    /** Which member it is; none before the first poll. */
    @SuppressWarnings("removal") // there is no other way yet to make one
    ConsumerGroupMetadata groupMetadata() {
        String name = group.requireName();
        return source instanceof MemberSource member
                ? new ConsumerGroupMetadata(
                        name, (int) member.generation(), settings.clientId() + "-" + member.id(), Optional.empty())
                : new ConsumerGroupMetadata(name);
    }

    /** Commits what is to be committed, and leaves. */
    void close() throws IOException, InterruptedException {
        hooks.runCallbacks();
        try {
            if (subscription == null) {
                commitBeforeChange(); // a member does it when it leaves
            }
        } catch (KafkaException failed) {
            LOGGER.log(Level.WARNING, "the last commit has failed", failed);
        } finally {
            unsubscribe();
        }
    }
}
