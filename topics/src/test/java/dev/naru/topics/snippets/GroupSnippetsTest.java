package dev.naru.topics.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.GroupMember;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class GroupSnippetsTest {
    @TempDir
    Path folder;

    @Test
    void aMemberReadsAndCommits() throws Exception {
        TopicSnippets.append(folder);
        List<String> billed = new ArrayList<>();
        GroupSnippets.member(folder, (key, _) -> billed.add(key), () -> billed.size() < 2);
        assertThat(billed).containsExactlyInAnyOrder("customer-7", "customer-8");
        Iterator<Boolean> once = List.of(true, false).iterator();
        GroupSnippets.member(folder, (key, _) -> billed.add(key), once::next);
        assertThat(billed).hasSize(2);
    }

    @Test
    void aListenerKeepsWhatItHas() throws Exception {
        GroupSnippets.Accounts accounts = new GroupSnippets.Accounts();
        try (Store store = Store.create(folder);
                Topic _ = store.create("orders", TopicSpec.partitions(3));
                Topic _ = store.create("refunds", TopicSpec.partitions(1))) {
            GroupMember member = store.join("g", GroupSnippets.spec(accounts));
            assertThat(member.tryPoll()).isEmpty();
            assertThat(accounts.kept()).isEqualTo(4);
            member.close();
            assertThat(accounts.kept()).isZero();
        }
    }

    @Test
    void byHandToo() throws Exception {
        try (Store store = Store.create(folder);
                Topic orders = store.create("orders", TopicSpec.partitions(1))) {
            for (int i = 0; i < 3; i++) {
                var _ = orders.append(null, "v" + i);
            }
            assertThat(GroupSnippets.byHand(store)).isEqualTo(2);
            assertThat(GroupSnippets.byHand(store)).isEqualTo(1);
        }
    }
}
