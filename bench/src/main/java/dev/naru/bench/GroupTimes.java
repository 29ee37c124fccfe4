package dev.naru.bench;

import dev.naru.topics.GroupMember;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How long a member of a group waits for its partitions. The topic has a few, and no records; the store lies where temporary files do.
 * Who is killed is another process.
 */
final class GroupTimes implements Closeable {
    private static final String STORE = "store";
    private static final String TOPIC = "t";
    private static final int PARTITIONS = 4;
    private static final int WARM_UP = 20;

    /** A poll that finds no records comes back so late: a takeover is told too long by less. */
    private static final Duration SHORT = Duration.ofMillis(1);

    private final Equipment equipment;
    private final Scratch scratch;
    private final Store store;
    private final Topic topic;
    private int groups;

    private GroupTimes(Equipment equipment, Scratch scratch, Store store, Topic topic) {
        this.equipment = equipment;
        this.scratch = scratch;
        this.store = store;
        this.topic = topic;
    }

    /** With a new store. */
    static GroupTimes open(Equipment equipment) throws IOException {
        Scratch scratch = Scratch.create();
        try {
            Store store = Store.create(scratch.directory().resolve(STORE));
            return new GroupTimes(equipment, scratch, store, store.create(TOPIC, TopicSpec.partitions(PARTITIONS)));
        } catch (IOException refused) {
            scratch.close();
            throw refused;
        }
    }

    /** The ns, lowest first, from before a member joins a new group until it has all partitions, in a JVM that has done so before. */
    long[] joins(int rounds) throws IOException, InterruptedException {
        for (int i = 0; i < WARM_UP; i++) {
            long _ = join();
        }
        long[] taken = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            taken[i] = join();
        }
        Arrays.sort(taken);
        return taken;
    }

    private long join() throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (GroupMember member = topic.join("join" + groups++)) {
            while (member.assignment().size() != PARTITIONS) {
                var _ = member.tryPoll();
            }
            return System.nanoTime() - start;
        }
    }

    private static void pollUntilItHas(GroupMember member, int partitions) throws IOException, InterruptedException {
        while (member.assignment().size() != partitions) {
            var _ = member.poll(SHORT);
        }
    }

    /** The ns, lowest first, from before kill(2) of a member, by SIGKILL, until the other one has its partitions as well. */
    long[] takeovers(int rounds) throws IOException, InterruptedException, UnavailableException {
        long[] taken = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            taken[i] = takeover();
        }
        Arrays.sort(taken);
        return taken;
    }

    private long takeover() throws IOException, InterruptedException, UnavailableException {
        String group = "takeover" + groups++;
        try (GroupMember survivor = topic.join(group)) {
            pollUntilItHas(survivor, PARTITIONS);
            try (SideProcess victim = victim(group)) {
                pollUntilItHas(survivor, PARTITIONS / 2);
                String _ = victim.word(); // it has the others
                long start = System.nanoTime();
                victim.kill();
                pollUntilItHas(survivor, PARTITIONS);
                return System.nanoTime() - start;
            }
        }
    }

    private SideProcess victim(String group) throws IOException, UnavailableException {
        return SideProcess.start(
                equipment,
                equipment.cores().second(),
                List.of(),
                List.of("group-victim", folder().toString(), group),
                UnaryOperator.identity());
    }

    private Path folder() {
        return scratch.directory().resolve(STORE);
    }

    /**
     * Joins that group, says with a line when it has half of the partitions, and polls until it is killed.
     *
     * <pre>{@code
     * group-victim FOLDER GROUP
     * }</pre>
     */
    static Side.Role pollForEver(Path folder, String group, PrintStream answers)
            throws IOException, InterruptedException {
        try (Store store = Store.open(folder);
                Topic topic = store.open(TOPIC);
                GroupMember member = topic.join(group)) {
            pollUntilItHas(member, PARTITIONS / 2);
            answers.println("has them");
            answers.flush();
            while (true) {
                var _ = member.poll();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (scratch) {
            store.close();
        }
    }
}
