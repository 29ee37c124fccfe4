package dev.naru.topics.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.topics.GroupStatus;

/** Judges how a group is divided. */
public final class GroupShares {
    private GroupShares() {}

    /** No member has two partitions more than another one. */
    public static void assertEven(GroupStatus status, String what) {
        long partitions = status.partitions().size();
        int members = status.members().size();
        for (GroupStatus.Member member : status.members()) {
            long has = status.partitions().stream()
                    .filter(each -> each.owner() == member.id())
                    .count();
            assertThat(has).as(what).isBetween(partitions / members, (partitions + members - 1) / members);
        }
    }
}
