package dev.naru.topics.testing;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.SharedLock;
import dev.naru.memory.torture.Journal;
import dev.naru.topics.Committed;
import dev.naru.topics.Group;
import dev.naru.topics.GroupMember;
import dev.naru.topics.GroupStatus;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.PartitionId;
import dev.naru.topics.RebalanceListener;
import dev.naru.topics.Store;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A member of group {@code g} on topic {@code t} in a JVM of its own: {@code STORE JOURNAL LEASE KIND}. It says {@code joined} and what it gets
 * and gives, and goes on until it is killed, or told to leave by a line.
 *
 * <p>Record n counts in word n of the journal when it was handled. While it is handled, a word of its partition has the id of who
 * handles it: whoever finds another living member there tells.
 */
public final class GroupSide {
    /** In the journal: what went wrong; of partition p: who is at work, at this word + p; how much was handled by all. */
    public static final int ERROR = 60_000;

    /** See there. */
    public static final int AT_WORK = 60_100;

    /** See there. */
    public static final int HANDLED = 60_001;

    /** How many commits were refused. */
    public static final int REFUSED = 60_002;

    /** Two living members were at work on one partition. */
    public static final int TWO_OWNERS = 1;

    private final GroupMember member;
    private final Group group;
    private final Journal journal;
    private final String kind;
    private volatile boolean leaving;

    private GroupSide(GroupMember member, Group group, Journal journal, String kind) {
        this.member = member;
        this.group = group;
        this.journal = journal;
        this.kind = kind;
    }

    /** The command. */
    public static List<String> command(Path store, Path journal, Duration lease, String kind) {
        return JavaProgram.of(GroupSide.class)
                .needing(Store.class)
                .needing(SharedLock.class)
                .needing(Journal.class)
                .needing(Address.class)
                .option("-XX:+UseSerialGC")
                .option("-XX:TieredStopAtLevel=1")
                .command(store.toString(), journal.toString(), lease.toString(), kind);
    }

    public static void main(String[] arguments) throws Exception {
        RebalanceListener listener = new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) {
                say("revoked " + partitions.size());
            }

            @Override
            public void onAssigned(Set<PartitionId> partitions) {
                say("assigned " + partitions.size());
            }

            @Override
            public void onLost(Set<PartitionId> partitions) {
                say("lost " + partitions.size());
            }
        };
        MemberSpec spec = MemberSpec.topics("t")
                .withLease(Duration.parse(arguments[2]))
                .withListener(listener)
                .withMostPolled(20);
        try (Store store = Store.open(Path.of(arguments[0]));
                Journal journal = Journal.open(Path.of(arguments[1]));
                GroupMember member = store.join("g", spec);
                Group group = store.group("g")) {
            GroupSide side = new GroupSide(member, group, journal, arguments[3]);
            say("joined " + member.id());
            Thread.ofPlatform().daemon().start(side::awaitLine);
            side.run();
        }
        say("left");
    }

    private void awaitLine() {
        try {
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
            leaving = true;
            member.wakeUp();
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    private void run() throws Exception {
        while (!leaving) {
            List<TopicRecord> records = member.poll();
            if (kind.equals("commit-first")) {
                member.commit();
            }
            for (TopicRecord record : records) {
                handle(record);
            }
            try {
                commit(records);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NOT_OWNER) {
                    throw refused;
                }
                journal.count(REFUSED);
            }
        }
    }

    private void commit(List<TopicRecord> records) throws Exception {
        if (member.id() % 2 == 0) {
            member.commit();
            return;
        }
        Map<PartitionId, Committed> offsets = new HashMap<>();
        for (TopicRecord record : records) {
            PartitionId id = new PartitionId(record.topic(), record.partition());
            var _ = offsets.put(id, Committed.offset(record.offset() + 1).withMetadata("by " + member.id()));
        }
        member.commit(offsets);
    }

    private void handle(TopicRecord record) throws Exception {
        int word = AT_WORK + record.partition();
        long other = journal.get(word);
        if (other != 0 && other != member.id() && isAliveMember(other) && journal.get(word) == other) {
            journal.set(ERROR, TWO_OWNERS);
        }
        journal.set(word, member.id());
        journal.count(Integer.parseInt(String.valueOf(record.value())));
        journal.count(HANDLED);
        if (!kind.equals("never-done")) {
            journal.set(word, 0);
        }
    }

    private boolean isAliveMember(long id) throws IOException {
        return group.describe().members().stream().map(GroupStatus.Member::id).anyMatch(each -> each == id);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
