package dev.naru.topics.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.topics.Appended;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import dev.naru.topics.testing.Logs;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the docs show to users does what they say. */
class TopicSnippetsTest {
    @TempDir
    Path folder;

    @Test
    void whatIsAppendedIsRead() throws Exception {
        TopicSnippets.append(folder);

        Map<String, String> read = new TreeMap<>();
        TopicSnippets.read(folder, (key, value) -> {
            var _ = read.put(key, value);
        });

        assertThat(read).isEqualTo(Map.of("customer-7", "{\"total\":12}", "customer-8", "{\"total\":4}"));
    }

    @Test
    void manyAtOnceAreThere() throws Exception {
        try (Store store = Store.create(folder);
                Topic orders = store.create("orders", TopicSpec.partitions(1))) {
            assertThat(TopicSnippets.many(orders)).extracting(Appended::offset).containsExactly(0L, 1L);
        }
    }

    @Test
    void soItIsOnce() throws Exception {
        try (Store store = Store.create(folder);
                Topic orders = store.create("orders", TopicSpec.partitions(1))) {
            TopicSnippets.once(store, orders, List.of("a", "b"));
            TopicSnippets.once(store, orders, List.of("a", "b", "c"));

            assertThat(Logs.values(orders)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void soItIsInPlace() throws Exception {
        try (Store store = Store.create(folder);
                Topic prices = store.create("prices", TopicSpec.partitions(1))) {
            assertThat(TopicSnippets.inPlace(prices, MemorySegment.ofArray(new long[] {7, 8})))
                    .isZero();
            assertThat(TopicSnippets.inPlace(prices, MemorySegment.ofArray(new long[] {9, 8})))
                    .isEqualTo(1);
            assertThat(TopicSnippets.sum(prices)).isEqualTo(16);
        }
    }
}
