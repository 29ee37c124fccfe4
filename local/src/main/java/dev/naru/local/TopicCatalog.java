package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Codec;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.jspecify.annotations.Nullable;

/**
 * The topics of a store as a client sees them: opened when they are first used, made if that is wished, and looked at again when what is
 * known of them is old.
 *
 * <p>Thread-safe.
 */
final class TopicCatalog implements Closeable {
    /** The one that has all: this machine. */
    private static final Node HERE = new Node(0, "localhost", -1);

    private final Store store;
    private final LocalConfig.Settings settings;
    private final Codec codec;
    private final long agesAfterNanos;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile @Nullable Cluster cluster; // null when it is to be made anew

    /** A topic that is open here, and when it was looked at. */
    record Entry(Topic topic, List<PartitionInfo> partitions, long seenAt) {
        TopicSpec spec() {
            return topic.spec();
        }
    }

    /**
     * Of that store, which it closes.
     *
     * @param codec how topics are compressed that are made here
     * @param agesAfterNanos when what is known of a topic is old
     */
    TopicCatalog(Store store, LocalConfig.Settings settings, Codec codec, long agesAfterNanos) {
        this.store = store;
        this.settings = settings;
        this.codec = codec;
        this.agesAfterNanos = agesAfterNanos;
    }

    Store store() {
        return store;
    }

    /** The topic of that name, made if that is wished; empty when there is none. */
    Optional<Entry> find(String topic) throws IOException {
        Entry known = entries.get(topic);
        if (known != null && System.nanoTime() - known.seenAt() < agesAfterNanos) {
            return Optional.of(known);
        }
        return look(topic);
    }

    /** The same, as it is now. */
    synchronized Optional<Entry> look(String topic) throws IOException {
        Entry known = entries.get(topic);
        try {
            if (known != null
                    && isThere(known.topic())
                    && store.spec(topic).partitions() == known.partitions().size()) {
                return Optional.of(enter(topic, known.topic()));
            }
            // What is appended by the old one goes on; it is closed with the store.
            return Optional.of(enter(topic, open(topic)));
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NO_TOPIC) {
                throw refused;
            }
            forget(topic);
            return Optional.empty();
        }
    }

    /** Whether it was not removed: another one of its name is not the same. */
    static boolean isThere(Topic topic) throws IOException {
        try {
            var _ = topic.describe(0);
            return true;
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.TOPIC_REMOVED) {
                throw refused;
            }
            return false;
        }
    }

    private Topic open(String topic) throws IOException {
        return settings.makesTopics()
                ? store.openOrCreate(
                        topic, TopicSpec.partitions(settings.partitions()).withCompression(codec))
                : store.open(topic);
    }

    private Entry enter(String name, Topic topic) {
        Entry entry = new Entry(topic, partitions(name, topic.spec().partitions()), System.nanoTime());
        var _ = entries.put(name, entry);
        cluster = null;
        return entry;
    }

    /** It is looked for again when it is next used: it was removed. */
    synchronized void forget(String topic) {
        var _ = entries.remove(topic);
        cluster = null;
    }

    private static List<PartitionInfo> partitions(String topic, int many) {
        Node[] here = {HERE};
        return IntStream.range(0, many)
                .mapToObj(number -> new PartitionInfo(topic, number, HERE, here, here))
                .toList();
    }

    /** All topics that the store has, none of them opened or made. */
    Map<String, List<PartitionInfo>> list() throws IOException {
        Map<String, List<PartitionInfo>> all = new HashMap<>();
        for (String topic : store.topics()) {
            try {
                var _ = all.put(topic, partitions(topic, store.spec(topic).partitions()));
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NO_TOPIC) { // removed meanwhile
                    throw refused;
                }
            }
        }
        return all;
    }

    /** What partitioners are given: the topics that were used here. */
    Cluster cluster() {
        Cluster made = cluster;
        return made == null ? madeAnew() : made;
    }

    private synchronized Cluster madeAnew() {
        List<PartitionInfo> all = new ArrayList<>();
        entries.values().forEach(entry -> all.addAll(entry.partitions()));
        Cluster made = new Cluster(null, List.of(HERE), all, Set.of(), Set.of(), HERE);
        cluster = made;
        return made;
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
