package dev.naru.topics.internal;

import dev.naru.memory.Membership;
import dev.naru.topics.TopicSpec;

/**
 * What a partition needs of those around it.
 *
 * @param store which store it belongs to
 * @param members who may have its locks
 * @param spec the settings of its topic
 * @param chores where it does what nobody is to wait for
 */
public record Surroundings(StoreId store, Membership members, TopicSpec spec, Chores chores) {}
