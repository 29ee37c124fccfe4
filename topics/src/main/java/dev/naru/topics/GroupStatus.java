package dev.naru.topics;

import dev.naru.memory.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a group is at a moment.
 *
 * @param name of the group
 * @param generation how often its partitions were divided
 * @param divided whether it is to be divided as the partitions say; else somebody has joined or left just now
 * @param members who lives
 * @param partitions all in which it reads, or something is committed, in order
 */
public record GroupStatus(
        String name, long generation, boolean divided, List<Member> members, List<Partition> partitions) {
    /**
     * A member.
     *
     * @param id its number, which no other one ever has
     * @param label what it is called
     * @param process its process
     * @param lease how long it may be silent
     * @param silent how long it has been
     * @param topics what it reads
     */
    public record Member(
            long id, String label, Identity process, Duration lease, Duration silent, List<String> topics) {}

    /**
     * A partition.
     *
     * @param id which one
     * @param owner the member that has it; 0 for none
     * @param target the member that is to have it; 0 for none
     * @param generation how often it has changed hands
     * @param committed how far the group has come; empty when nothing is committed
     * @param time when that was committed
     * @param start the first offset that is there; empty when the topic is not
     * @param end the offset that the next record gets; empty when the topic is not there
     */
    public record Partition(
            PartitionId id,
            long owner,
            long target,
            long generation,
            Optional<Committed> committed,
            Instant time,
            OptionalLong start,
            OptionalLong end) {
        /** How many records are still to be read, where offsets have no gaps; all that are there when nothing is committed. Empty when the topic is not there. */
        public OptionalLong lag() {
            if (start.isEmpty() || end.isEmpty()) {
                return OptionalLong.empty();
            }
            long from =
                    Math.max(start.getAsLong(), committed.map(Committed::offset).orElse(0L));
            return OptionalLong.of(Math.max(0, end.getAsLong() - from));
        }
    }

    /** How many records are still to be read in all partitions. */
    public long lag() {
        return partitions.stream().mapToLong(each -> each.lag().orElse(0)).sum();
    }

    /** {@code empty} without members, {@code rebalancing} while a partition is to change hands, else {@code stable}. */
    public String state() {
        if (members.isEmpty()) {
            return "empty";
        }
        boolean isAtRest = divided && partitions.stream().allMatch(each -> each.owner() == each.target());
        return isAtRest ? "stable" : "rebalancing";
    }
}
