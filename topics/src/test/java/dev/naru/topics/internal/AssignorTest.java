package dev.naru.topics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Partitions are divided as evenly as Kafka's cooperative sticky assignor does it, and no more of them move. */
class AssignorTest {
    private static final long SEED = Long.getLong("naru.seed", System.nanoTime());
    private static final int GROUPS = 300;
    private static final int STEPS = 8;

    private static BitSet topics(int... numbers) {
        BitSet set = new BitSet();
        for (int each : numbers) {
            set.set(each);
        }
        return set;
    }

    private static int[] nobody(int count) {
        int[] none = new int[count];
        Arrays.fill(none, Assignor.NOBODY);
        return none;
    }

    @Test
    void aLoneMemberHasAllAndNobodyHasWhatNobodyReads() {
        assertThat(Assignor.assign(new BitSet[] {topics(0)}, new int[] {0, 0, 1}, nobody(3)))
                .containsExactly(0, 0, Assignor.NOBODY);
        assertThat(Assignor.assign(new BitSet[0], new int[] {0}, nobody(1))).containsExactly(Assignor.NOBODY);
    }

    @Test
    void whatIsEvenStays() {
        int[] before = {1, 0, 1, 0};
        assertThat(Assignor.assign(new BitSet[] {topics(0), topics(0)}, new int[4], before))
                .isEqualTo(before);
    }

    @Test
    void whoJoinsGetsItsShareAndNoMore() {
        int[] after = Assignor.assign(
                new BitSet[] {topics(0), topics(0), topics(0)}, new int[6], new int[] {0, 0, 0, 1, 1, 1});
        assertThat(Arrays.stream(after).filter(owner -> owner == 2).count()).isEqualTo(2);
        assertThat(moved(new int[] {0, 0, 0, 1, 1, 1}, after)).isEqualTo(2);
    }

    @Test
    void aWayOverOthersIsFound() {
        // 0 reads a alone and has three of it; 1 reads a and b, and has all of b; 2 reads b alone
        BitSet[] members = {topics(0), topics(0, 1), topics(1)};
        int[] after = Assignor.assign(members, new int[] {0, 0, 0, 1, 1, 1}, new int[] {0, 0, 0, 1, 1, 1});
        assertThat(loads(after, 3)).containsExactly(2, 2, 2);
    }

    private static int[] loads(int[] owners, int members) {
        int[] loads = new int[members];
        for (int owner : owners) {
            if (owner != Assignor.NOBODY) {
                loads[owner]++;
            }
        }
        return loads;
    }

    private static long moved(int[] before, int[] after) {
        long moved = 0;
        for (int each = 0; each < before.length; each++) {
            moved += before[each] != Assignor.NOBODY && before[each] != after[each] ? 1 : 0;
        }
        return moved;
    }

    private static long unevenness(int[] owners, int members) {
        return Arrays.stream(loads(owners, members))
                .mapToLong(load -> (long) load * load)
                .sum();
    }

    @Test
    void asEvenAsKafkasAndNoMoreMoveWhereAllReadTheSame() {
        compare(true);
    }

    @Test
    void asEvenAsKafkasWhereEachReadsWhatItLikes() {
        compare(false);
    }

    private static void compare(boolean same) {
        System.out.println("assignor: seed " + SEED);
        Random random = new Random(SEED);
        for (int group = 0; group < GROUPS; group++) {
            int topicCount = 1 + random.nextInt(4);
            int[] topicOf =
                    random.ints(1 + random.nextInt(40), 0, topicCount).sorted().toArray();
            List<BitSet> members = new ArrayList<>(List.of(reads(random, topicCount, same)));
            int[] before = nobody(topicOf.length);
            for (int step = 0; step < STEPS; step++) {
                before = change(random, members, before, topicCount, same);
                BitSet[] subscriptions = members.toArray(BitSet[]::new);
                int[] ours = Assignor.assign(subscriptions, topicOf, before);
                int[] kafkas = kafka(subscriptions, topicOf, before);
                requireValid(subscriptions, topicOf, ours);
                String what = "seed " + SEED + ", group " + group + ", step " + step + ": " + members + " read "
                        + Arrays.toString(topicOf) + ", had " + Arrays.toString(before) + ", have "
                        + Arrays.toString(ours) + ", Kafka's " + Arrays.toString(kafkas);
                assertThat(unevenness(ours, members.size()))
                        .as(what)
                        .isLessThanOrEqualTo(unevenness(kafkas, members.size()));
                if (unevenness(ours, members.size()) == unevenness(kafkas, members.size())) {
                    assertThat(moved(before, ours)).as(what).isLessThanOrEqualTo(moved(before, kafkas));
                }
                before = ours;
            }
        }
    }

    /** At least one: Kafka's gives partitions to who reads nothing. */
    private static BitSet reads(Random random, int topicCount, boolean same) {
        BitSet reads = topics(random.nextInt(topicCount));
        for (int topic = 0; topic < topicCount; topic++) {
            reads.set(topic, same || reads.get(topic) || random.nextBoolean());
        }
        return reads;
    }

    /** One joins or leaves: what the members have then. */
    private static int[] change(Random random, List<BitSet> members, int[] before, int topicCount, boolean same) {
        if (members.size() < 2 || (members.size() < 8 && random.nextBoolean())) {
            members.add(reads(random, topicCount, same));
            return before;
        }
        int gone = random.nextInt(members.size());
        members.remove(gone);
        return Arrays.stream(before)
                .map(owner -> owner == gone ? Assignor.NOBODY : owner > gone ? owner - 1 : owner)
                .toArray();
    }

    private static void requireValid(BitSet[] members, int[] topicOf, int[] owners) {
        for (int each = 0; each < owners.length; each++) {
            int topic = topicOf[each];
            boolean isRead = Arrays.stream(members).anyMatch(member -> member.get(topic));
            assertThat(owners[each] != Assignor.NOBODY).isEqualTo(isRead);
            assertThat(!isRead || members[owners[each]].get(topic)).isTrue();
        }
    }

    /** In rounds, as its members do it: what moves is given away first. */
    private static int[] kafka(BitSet[] members, int[] topicOf, int[] before) {
        int[] last = before;
        for (int round = 1; ; round++) {
            int[] next = kafkasRound(members, topicOf, last, round);
            if (Arrays.equals(next, last)) {
                return last;
            }
            last = next;
        }
    }

    private static int[] kafkasRound(BitSet[] members, int[] topicOf, int[] owners, int generation) {
        Map<String, List<PartitionInfo>> partitions = new HashMap<>();
        Map<TopicPartition, Integer> numbers = new HashMap<>();
        for (int each = 0; each < topicOf.length; each++) {
            String topic = "t" + topicOf[each];
            List<PartitionInfo> its = partitions.computeIfAbsent(topic, _ -> new ArrayList<>());
            numbers.put(new TopicPartition(topic, its.size()), each);
            its.add(new PartitionInfo(topic, its.size(), Node.noNode(), new Node[0], new Node[0]));
        }
        Map<String, Subscription> subscriptions = new HashMap<>();
        for (int member = 0; member < members.length; member++) {
            List<TopicPartition> owned = new ArrayList<>();
            for (var each : numbers.entrySet()) {
                if (owners[each.getValue()] == member) {
                    owned.add(each.getKey());
                }
            }
            List<String> topics =
                    members[member].stream().mapToObj(topic -> "t" + topic).toList();
            ByteBuffer userData = ByteBuffer.allocate(Integer.BYTES).putInt(0, generation);
            subscriptions.put(name(member), new Subscription(topics, userData, owned, generation, Optional.empty()));
        }
        Map<String, List<TopicPartition>> assigned =
                new CooperativeStickyAssignor().assignPartitions(partitions, subscriptions);
        int[] after = nobody(topicOf.length);
        for (int member = 0; member < members.length; member++) {
            for (TopicPartition each : assigned.getOrDefault(name(member), Collections.emptyList())) {
                after[numbers.get(each)] = member;
            }
        }
        return after;
    }

    private static String name(int member) {
        return String.format("m%03d", member);
    }
}
