package dev.naru.topics.internal;

import dev.naru.memory.Membership;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.time.InstantSource;

/**
 * What a partition needs of those around it.
 *
 * @param store which store it belongs to
 * @param members who may have its locks
 * @param spec the settings of its topic as they were when it was opened
 * @param settings reads them as they are now
 * @param chores where it does what nobody is to wait for
 * @param clock how late it is
 */
public record Surroundings(
        StoreId store, Membership members, TopicSpec spec, Settings settings, Chores chores, InstantSource clock) {
    /** Reads the settings of a topic. */
    public interface Settings {
        /** As they are now. */
        TopicSpec read() throws IOException;
    }
}
