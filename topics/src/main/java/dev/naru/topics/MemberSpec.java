package dev.naru.topics;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a member of a group reads, and how: {@code MemberSpec.topics("orders").withLease(Duration.ofSeconds(30))}. Immutable.
 *
 * @param topics which ones, each once; they must be there
 * @param lease how long it may be silent between two polls before its partitions are given to others
 * @param autoCommit after so long a poll commits what earlier polls answered; empty for never
 * @param start where to begin in a partition in which nothing is committed, or no longer kept
 * @param reading how it waits, and whether transactions count
 * @param mostPolled the most records that a poll answers
 * @param listener is told of partitions that come and go
 * @param label what people call it; empty for the name of its process
 * @param retention how long what is committed stays when the group has no members any more, of who said that last; empty to leave it
 *     as it is, 7 days to begin with
 */
public record MemberSpec(
        List<String> topics,
        Duration lease,
        Optional<Duration> autoCommit,
        Start start,
        ReadOptions reading,
        int mostPolled,
        RebalanceListener listener,
        String label,
        Optional<Duration> retention) {
    private static final Duration USUAL_LEASE = Duration.ofMinutes(5); // as Kafka's max.poll.interval.ms
    private static final int USUALLY_POLLED = 500; // as Kafka's max.poll.records

    /** Checks it. */
    public MemberSpec {
        topics = topics.stream().distinct().toList();
        requirePositive(lease, "lease");
        retention.ifPresent(time -> requirePositive(time, "retention"));
        if (mostPolled < 1) {
            throw new IllegalArgumentException("at most " + mostPolled + " records a poll");
        }
    }

    private static void requirePositive(Duration time, String what) {
        if (time.toMillis() < 1) {
            throw new IllegalArgumentException(what + " " + time);
        }
    }

    /** Those topics; a lease of 5 minutes, commits by hand, from the earliest record on. */
    public static MemberSpec topics(String... topics) {
        return topics(List.of(topics));
    }

    /** The same. */
    public static MemberSpec topics(Collection<String> topics) {
        return new MemberSpec(
                List.copyOf(topics),
                USUAL_LEASE,
                Optional.empty(),
                Start.earliest(),
                ReadOptions.all(),
                USUALLY_POLLED,
                RebalanceListener.NONE,
                "",
                Optional.empty());
    }

    /** The same, which may be silent for so long between two polls. */
    public MemberSpec withLease(Duration time) {
        return new MemberSpec(topics, time, autoCommit, start, reading, mostPolled, listener, label, retention);
    }

    /** The same, where a poll commits what earlier ones answered, when the last commit is so long ago; {@code close} does, too. */
    public MemberSpec withAutoCommit(Duration every) {
        return new MemberSpec(
                topics, lease, Optional.of(every), start, reading, mostPolled, listener, label, retention);
    }

    /** The same, which begins there where nothing is committed. Where what is committed is no longer kept, {@code earliest} and {@code latest} go on, all else tells. */
    public MemberSpec withStart(Start where) {
        return new MemberSpec(topics, lease, autoCommit, where, reading, mostPolled, listener, label, retention);
    }

    /** The same, which waits and reads so. */
    public MemberSpec withReading(ReadOptions how) {
        return new MemberSpec(topics, lease, autoCommit, start, how, mostPolled, listener, label, retention);
    }

    /** The same, with at most so many records a poll. */
    public MemberSpec withMostPolled(int records) {
        return new MemberSpec(topics, lease, autoCommit, start, reading, records, listener, label, retention);
    }

    /** The same, which tells that listener of partitions that come and go. */
    public MemberSpec withListener(RebalanceListener who) {
        return new MemberSpec(topics, lease, autoCommit, start, reading, mostPolled, who, label, retention);
    }

    /** The same, which people find under that name. */
    public MemberSpec withLabel(String name) {
        return new MemberSpec(topics, lease, autoCommit, start, reading, mostPolled, listener, name, retention);
    }

    /** The same, where what is committed stays for so long when the group has no members. */
    public MemberSpec withRetention(Duration time) {
        return new MemberSpec(
                topics, lease, autoCommit, start, reading, mostPolled, listener, label, Optional.of(time));
    }
}
