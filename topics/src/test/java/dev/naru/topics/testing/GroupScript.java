package dev.naru.topics.testing;

import dev.naru.topics.Committed;
import dev.naru.topics.GroupMember;
import dev.naru.topics.PartitionId;
import dev.naru.topics.Store;
import dev.naru.topics.Stores;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.file.Path;
import java.util.Map;

/** What the members of a group {@code g} do until they are killed. Commit k is of offset k in partition 0 of topic {@code t}, with text mk. */
public enum GroupScript {
    /** One joins, reads, commits and leaves. */
    JOIN,
    /** Two share the topic, which grows; each commits; one leaves. */
    REBALANCE,
    /** A group is removed, and made again. */
    REMOVE;

    /** Runs it, by name since the caller has another copy of this class. */
    public static void run(String name, Path folder) throws Exception {
        try (Store store = Stores.withChoresAtOnce(folder);
                Topic topic = store.open("t")) {
            switch (valueOf(name)) {
                case JOIN -> {
                    try (GroupMember member = topic.join("g")) {
                        var _ = member.tryPoll();
                        commit(member, 1);
                        commit(member, 2);
                    }
                }
                case REBALANCE -> {
                    try (GroupMember one = topic.join("g")) {
                        var _ = one.tryPoll();
                        try (GroupMember other = topic.join("g")) {
                            settle(one, other);
                            commit(has(one) ? one : other, 1);
                            store.change("t", TopicSpec.partitions(3));
                            other.wakeUp(); // it looks at once whether there is more
                            settle(one, other);
                            commit(has(one) ? one : other, 2);
                        }
                        settle(one);
                        commit(one, 3);
                    }
                }
                case REMOVE -> {
                    store.removeGroup("g");
                    CrashRecorder.answer(1);
                    topic.join("g").close();
                }
            }
        }
    }

    private static boolean has(GroupMember member) throws Exception {
        return member.assignment().contains(new PartitionId("t", 0));
    }

    private static void settle(GroupMember... members) throws Exception {
        for (int round = 0; round < 2; round++) {
            for (GroupMember each : members) {
                var _ = each.tryPoll();
            }
        }
    }

    private static void commit(GroupMember member, int number) throws Exception {
        CrashRecorder.begin(1);
        member.commit(Map.of(new PartitionId("t", 0), Committed.offset(number).withMetadata("m" + number)));
        CrashRecorder.answer(1);
    }
}
