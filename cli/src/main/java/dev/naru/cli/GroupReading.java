package dev.naru.cli;

import dev.naru.linux.Problem;
import dev.naru.topics.Group;
import dev.naru.topics.GroupMember;
import dev.naru.topics.GroupStatus;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionId;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads a topic as a member of a group and prints the records; what was printed is committed. */
final class GroupReading {
    /** Who stops at the end looks so often whether all that is left is another member's. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final OpenTopic opened;
    private final RecordPrinter printer;
    private final MissedRecords missed;
    private long printed;

    GroupReading(Context context, OpenTopic opened, RecordPrinter printer) {
        this.missed = new MissedRecords(context, opened);
        this.opened = opened;
        this.printer = printer;
    }

    /** How many were printed. */
    long printed() {
        return printed;
    }

    /**
     * Joins, reads and prints.
     *
     * @param most how many records at most
     * @param follow wait for more when the group has read all that there is; else end
     * @param patience how long for each
     */
    void run(String name, MemberSpec spec, long most, boolean follow, Duration patience)
            throws IOException, InterruptedException, CliException {
        long bound = Math.min(most, spec.mostPolled());
        try (GroupMember member = opened.store().join(name, spec.withMostPolled((int) Math.max(1, bound)));
                Group group = opened.store().group(name)) {
            while (printed < most) {
                List<TopicRecord> records = member.poll(follow ? patience : LOOK);
                for (TopicRecord record : records) {
                    printer.print(record);
                    printed++;
                }
                printer.flush();
                missed.say(member.missed());
                if (!records.isEmpty()) {
                    member.commit(); // after they are out: if the reader of ours is gone, they come again
                } else if (!follow) {
                    if (isDone(member, group.describe())) {
                        return;
                    }
                } else {
                    throw new CliException(Problem.TIMED_OUT, opened.address().toString());
                }
            }
        }
    }

    /** All that is there is committed, or another one has it. */
    private static boolean isDone(GroupMember member, GroupStatus group) throws IOException {
        Set<PartitionId> ours = member.assignment();
        boolean isDone = group.state().equals("stable");
        for (GroupStatus.Partition each : group.partitions()) {
            PartitionId id = each.id();
            if (ours.contains(id)) {
                isDone &= member.position(id) >= each.end().orElse(0);
            }
        }
        return isDone;
    }
}
