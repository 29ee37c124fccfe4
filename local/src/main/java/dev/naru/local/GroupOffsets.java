package dev.naru.local;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Committed;
import dev.naru.topics.Group;
import dev.naru.topics.PartitionId;
import dev.naru.topics.Store;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.jspecify.annotations.Nullable;

/** What the group of a consumer has committed, which may have none. For the consumer's thread. */
final class GroupOffsets implements Closeable {
    private final Store store;
    private final Optional<String> name;
    private @Nullable Group group; // for commits; opened when it is first used

    GroupOffsets(Store store, Optional<String> name) {
        this.store = store;
        this.name = name;
    }

    /** Its name, which is wanted now. */
    String requireName() {
        return name.orElseThrow(() ->
                new InvalidGroupIdException("To use the group management or offset commit APIs, you must provide a"
                        + " valid group.id in the consumer configuration."));
    }

    /** What is committed in that partition; nothing where there is no group. */
    Optional<OffsetAndMetadata> committed(TopicPartition partition) throws IOException {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try (Group now = store.group(name.get())) { // one that is kept would not say that it was removed
            return now.committed(Ids.of(partition)).map(Ids::of);
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.NO_GROUP) {
                throw refused;
            }
            return Optional.empty();
        }
    }

    /**
     * Commits that by hand.
     *
     * @throws CommitFailedException when a member of the group has one of the partitions
     */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets) throws IOException, InterruptedException {
        try {
            group().commit(ids(offsets));
        } catch (ErrnoException refused) {
            switch (refused.problem()) {
                case GROUP_IN_USE -> throw failed(refused);
                case GROUP_REMOVED -> {
                    close();
                    group().commit(ids(offsets)); // in another one of its name
                }
                default -> throw refused;
            }
        }
    }

    private Group group() throws IOException {
        Group open = group;
        if (open == null) {
            open = store.openOrCreateGroup(requireName());
            group = open;
        }
        return open;
    }

    static CommitFailedException failed(ErrnoException refused) {
        CommitFailedException failed = new CommitFailedException(refused.getMessage());
        var _ = failed.initCause(refused);
        return failed;
    }

    static Map<PartitionId, Committed> ids(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<PartitionId, Committed> all = new HashMap<>();
        offsets.forEach((partition, offset) -> all.put(Ids.of(partition), Ids.of(offset)));
        return all;
    }

    @Override
    public void close() throws IOException {
        Group open = group;
        group = null;
        if (open != null) {
            open.close();
        }
    }
}
