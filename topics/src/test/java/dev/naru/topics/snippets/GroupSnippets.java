package dev.naru.topics.snippets;

import dev.naru.topics.Committed;
import dev.naru.topics.Group;
import dev.naru.topics.GroupMember;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionId;
import dev.naru.topics.RebalanceListener;
import dev.naru.topics.Start;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** The snippets of the page on groups: compiled here, and run by {@link GroupSnippetsTest}. */
final class GroupSnippets {
    private GroupSnippets() {}

    static void member(Path data, BiConsumer<String, String> bill, BooleanSupplier goesOn)
            throws IOException, InterruptedException {
        // @start region="member"
        try (Store store = Store.open(data);
                Topic orders = store.open("orders");
                GroupMember billing = orders.join("billing")) { // others who join share its partitions
            while (goesOn.getAsBoolean()) {
                for (TopicRecord record : billing.poll(Duration.ofMillis(100))) {
                    bill.accept(record.key(), record.value());
                }
                billing.commit(); // all that was polled is done: whoever comes next begins behind it
            }
        }
        // @end
    }

    static MemberSpec spec(RebalanceListener listener) {
        // @start region="spec"
        MemberSpec spec = MemberSpec.topics("orders", "refunds")
                .withLease(Duration.ofSeconds(30)) // silent for longer, its partitions go to others
                .withAutoCommit(Duration.ofSeconds(5)) // instead of commit()
                .withStart(Start.latest()) // where nothing is committed yet
                .withListener(listener);
        // @end
        return spec;
    }

    // @start region="listener"
    /** Keeps something for each partition, and gives it up in time. */
    static final class Accounts implements RebalanceListener {
        @Override
        public void onAssigned(Set<PartitionId> partitions) {
            partitions.forEach(this::load); // no record of them has come yet
        }

        @Override
        public void onRevoked(Set<PartitionId> partitions) {
            partitions.forEach(this::save); // they are still ours, and go to others when this returns
        }

        @Override
        public void onLost(Set<PartitionId> partitions) {
            partitions.forEach(this::drop); // the lease ran out: others may have begun already
        }
        // @end

        private int kept;

        private void load(PartitionId partition) {
            kept += partition.partition() >= 0 ? 1 : 0;
        }

        private void save(PartitionId partition) {
            kept -= partition.partition() >= 0 ? 1 : 0;
        }

        private void drop(PartitionId partition) {
            kept -= partition.partition() >= 0 ? 1 : 0;
        }

        int kept() {
            return kept;
        }
    }

    static long byHand(Store store) throws IOException, InterruptedException {
        // @start region="hand"
        try (Group audit = store.openOrCreateGroup("audit")) {
            PartitionId first = new PartitionId("orders", 0);
            long next = audit.committed(first).map(Committed::offset).orElse(0L);
            audit.commit(Map.of(first, Committed.offset(next + 1).withMetadata("checked by hand")));
            return audit.describe().lag(); // over all its partitions
        }
        // @end
    }
}
