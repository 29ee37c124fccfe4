package dev.naru.local;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.jspecify.annotations.Nullable;

/** Which topics a consumer wants to have a share of. */
sealed interface Subscription {
    /** Who is told when partitions come and go; null for nobody. */
    @Nullable
    ConsumerRebalanceListener listener();

    /** Those of its topics that are there now; made if that is wished. */
    Set<String> topics(TopicCatalog catalog) throws IOException;

    /** Whether a topic may come that is not there yet, after all these are. */
    boolean isComplete(Set<String> topics);

    /** By their names. */
    record Named(Set<String> names, @Nullable ConsumerRebalanceListener listener) implements Subscription {
        static Named of(Collection<String> names, @Nullable ConsumerRebalanceListener listener) {
            return new Named(new LinkedHashSet<>(names), listener);
        }

        @Override
        public Set<String> topics(TopicCatalog catalog) throws IOException {
            Set<String> there = new TreeSet<>();
            for (String name : names) {
                if (catalog.find(name).isPresent()) {
                    there.add(name);
                }
            }
            return there;
        }

        @Override
        public boolean isComplete(Set<String> topics) {
            return topics.size() == names.size();
        }
    }

    /** By what their names look like. */
    record Matching(Pattern pattern, @Nullable ConsumerRebalanceListener listener) implements Subscription {
        @Override
        public Set<String> topics(TopicCatalog catalog) throws IOException {
            Set<String> there = new TreeSet<>();
            for (String name : catalog.store().topics()) {
                if (pattern.matcher(name).matches()) {
                    there.add(name);
                }
            }
            return there;
        }

        @Override
        public boolean isComplete(Set<String> topics) {
            return false;
        }
    }
}
