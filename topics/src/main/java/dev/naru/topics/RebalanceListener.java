package dev.naru.topics;

import java.io.IOException;
import java.util.Set;

/**
 * Is told which partitions a {@link GroupMember} gives away and gets, by the thread that polls, within its poll. It may commit, seek
 * and pause; it does not poll. What {@code onRevoked} throws, the poll throws, and the next one tells it again; what the others throw, the poll throws, too.
 */
public interface RebalanceListener {
    /** Is not interested. */
    RebalanceListener NONE = new RebalanceListener() {};

    /** These are given away when this returns. Until then they are this member's, and what it commits counts. */
    default void onRevoked(Set<PartitionId> partitions) throws IOException, InterruptedException {}

    /** These are this member's, and no record of them has come yet. */
    default void onAssigned(Set<PartitionId> partitions) throws IOException, InterruptedException {}

    /** These were taken away, as the lease had run out: others may be at work on them already, and what is committed is refused. */
    default void onLost(Set<PartitionId> partitions) throws IOException, InterruptedException {}
}
