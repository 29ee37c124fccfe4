package dev.naru.topics;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.internal.Closing;
import dev.naru.topics.internal.OffsetRow;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The partitions that a member has, with a place in each, and the cursor that reads them. For one thread at a time. */
final class GroupPlaces implements Closeable {
    private final String group;
    private final MemberSpec spec;
    private final Opener opener;
    private final Cursor cursor;
    private final Map<PartitionId, Held> held = new TreeMap<>();
    private final Map<String, Topic> topics = new HashMap<>();
    private final Set<Topic> opened = new HashSet<>();
    private long missedBefore; // in partitions that went

    /** Opens a topic. */
    interface Opener {
        Topic open(String topic) throws IOException;
    }

    GroupPlaces(String group, MemberSpec spec, Opener opener, Cursor.Bell bell) {
        this.group = group;
        this.spec = spec;
        this.opener = opener;
        this.cursor = new Cursor(List.of(), spec.reading().waiting(), _ -> {}, bell);
    }

    Cursor cursor() {
        return cursor;
    }

    Collection<Held> all() {
        return held.values();
    }

    Optional<Held> find(PartitionId id) {
        return Optional.ofNullable(held.get(id));
    }

    /** The one of that partition, which must be this member's. */
    Held require(PartitionId id) throws ErrnoException {
        Held found = held.get(id);
        if (found == null) {
            throw ErrnoException.of(
                    Problem.NOT_OWNER, Errno.EPERM.number(), "use", "group " + group, "", id.toString());
        }
        return found;
    }

    /** Takes them, each from where the group has come to. */
    List<Held> take(List<GroupSession.Gain> gained) throws IOException {
        List<Held> taken = new ArrayList<>();
        boolean isWhole = false;
        try {
            for (GroupSession.Gain gain : gained) {
                taken.add(held(gain));
            }
            isWhole = true;
        } finally {
            if (!isWhole) { // they are found again by the next visit
                taken.forEach(each -> each.place().close());
            }
        }
        for (Held each : taken) {
            var _ = held.put(each.id(), each);
        }
        arrange();
        return taken;
    }

    private Held held(GroupSession.Gain gain) throws IOException {
        try {
            return held(gain, topic(gain.id()));
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.TOPIC_REMOVED) {
                throw refused;
            }
            var _ = topics.remove(gain.id().topic()); // it was made anew since it was opened
            return held(gain, topic(gain.id()));
        }
    }

    private Held held(GroupSession.Gain gain, Topic topic) throws IOException {
        PartitionCursor place = topic.place(gain.id().partition(), start(gain.committed()), spec.reading());
        return new Held(gain.id(), topic, gain.row(), gain.generation(), place, gain.committed());
    }

    /** What is committed; if it is no longer there, what the member's start says: or a poll tells, and a seek goes on. */
    private Start start(long committed) {
        if (committed == OffsetRow.NOTHING) {
            return withFallback(spec.start(), spec.start());
        }
        return withFallback(Start.offset(committed), spec.start());
    }

    private static Start withFallback(Start start, Start policy) {
        return switch (policy) {
            case Start.Earliest _ -> start.orEarliest();
            case Start.Latest _ -> start.orLatest();
            case Start.Otherwise(Start _, Start.OutOfRange then) ->
                then == Start.OutOfRange.LATEST ? start.orLatest() : start.orEarliest();
            default -> start instanceof Start.Offset ? new Start.Otherwise(start, Start.OutOfRange.TELL) : start;
        };
    }

    /** It was opened with fewer partitions, if it has grown since: then once more, and what is read goes on. */
    private Topic topic(PartitionId id) throws IOException {
        Topic there = topics.get(id.topic());
        if (there == null || id.partition() >= there.spec().partitions()) {
            there = opener.open(id.topic());
            var _ = topics.put(id.topic(), there);
            boolean _ = opened.add(there);
        }
        return there;
    }

    /** Reads them no more. */
    void drop(List<Held> gone) throws IOException {
        gone.forEach(each -> held.remove(each.id(), each));
        arrange();
        for (Held each : gone) {
            missedBefore += each.place().missed();
            each.place().close();
        }
        closeUnused();
    }

    /** Topics that were opened once more since they had grown, or were made anew, when the last place of before is gone. */
    private void closeUnused() throws IOException {
        Set<Topic> unused = new HashSet<>(opened);
        unused.removeAll(topics.values());
        held.values().forEach(each -> unused.remove(each.topic()));
        boolean _ = opened.removeAll(unused);
        close(unused);
    }

    private static void close(Collection<Topic> some) throws IOException {
        Closing closing = Closing.begin();
        some.forEach(closing::close);
        closing.end();
    }

    /** How many records were gone before they were read. */
    long missed() {
        long missed = missedBefore;
        for (Held each : held.values()) {
            missed += each.place().missed();
        }
        return missed;
    }

    void setPaused(Collection<PartitionId> partitions, boolean paused) throws ErrnoException {
        for (PartitionId each : partitions) {
            require(each).setPaused(paused);
        }
        arrange();
    }

    private void arrange() {
        cursor.replace(held.values().stream()
                .filter(each -> !each.isPaused())
                .map(Held::place)
                .toList());
    }

    @Override
    public void close() throws IOException {
        cursor.close();
        held.values().forEach(each -> each.place().close());
        close(opened);
    }
}
