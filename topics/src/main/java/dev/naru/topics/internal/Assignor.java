package dev.naru.topics.internal;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Divides partitions among members: as evenly as their topics allow, and moving no more partitions than that needs. It leaves each
 * with its member, gives those without one to whom has least, and then moves one at a time from somebody who has at least two more than
 * another one to that one. Where all read the same topics that is all there is to do. Else it improves that, until neither is it more
 * even nor as even with less moved, whatever is moved over whom.
 *
 * <p>For one thread.
 */
final class Assignor {
    /** No member. */
    static final int NOBODY = -1;

    /** With more members that read different topics, an even division may be missed where one would have to move over others. */
    private static final int MOST_IMPROVED = 128;

    private static final long FAR = Long.MAX_VALUE;

    private final BitSet[] subscriptions; // of each member: topics
    private final int[] topics; // of each partition
    private final int[] before; // of each partition: whose it was
    private final int[] owners; // of each partition: whose it is going to be
    private final int[] loads; // of each member
    private final int[][] counts; // of each member: of each topic
    private final int[][] gifts; // of each member, to each other one: the partition that is best given

    private Assignor(BitSet[] subscriptions, int[] topics, int[] current) {
        this.subscriptions = subscriptions;
        this.topics = topics;
        this.before = current;
        this.owners = new int[current.length];
        this.loads = new int[subscriptions.length];
        this.gifts = new int[subscriptions.length][subscriptions.length];
        int most = Arrays.stream(subscriptions).mapToInt(BitSet::length).max().orElse(0);
        this.counts = new int[subscriptions.length]
                [Math.max(most, Arrays.stream(topics).max().orElse(-1) + 1)];
    }

    /**
     * Who is to have which partition.
     *
     * @param subscriptions the topics of each member
     * @param topics the topic of each partition
     * @param current the member that each partition has; {@link #NOBODY}
     */
    static int[] assign(BitSet[] subscriptions, int[] topics, int[] current) {
        Assignor assignor = new Assignor(subscriptions, topics, current);
        assignor.keep();
        assignor.give();
        while (assignor.level()) {
            // one more was moved
        }
        boolean isDone = assignor.allReadTheSame() || subscriptions.length > MOST_IMPROVED;
        while (!isDone) {
            isDone = !assignor.improve();
        }
        return assignor.owners;
    }

    private boolean allReadTheSame() {
        return Arrays.stream(subscriptions).distinct().count() <= 1;
    }

    private void keep() {
        Arrays.fill(owners, NOBODY);
        for (int each = 0; each < owners.length; each++) {
            int owner = before[each];
            if (owner != NOBODY && subscriptions[owner].get(topics[each])) {
                put(each, owner);
            }
        }
    }

    private void give() {
        for (int each = 0; each < owners.length; each++) {
            if (owners[each] == NOBODY) {
                put(each, least(topics[each]));
            }
        }
    }

    private int least(int topic) {
        int least = NOBODY;
        for (int member = 0; member < loads.length; member++) {
            boolean isLess = least == NOBODY || loads[member] < loads[least];
            least = isLess && subscriptions[member].get(topic) ? member : least;
        }
        return least;
    }

    /** Moves one partition from who has most to who has least of those who read its topic; false when nobody has two more than such a one. */
    private boolean level() {
        Integer[] order = new Integer[loads.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (one, other) -> loads[other] - loads[one]);
        for (int from : order) {
            if (shift(from)) {
                return true;
            }
        }
        return false;
    }

    /** To who has least of those that have at least two less. */
    private boolean shift(int from) {
        int least = NOBODY;
        for (int member = 0; member < loads.length; member++) {
            boolean isLess = least == NOBODY || loads[member] < loads[least];
            if (isLess && loads[member] <= loads[from] - 2 && mayGive(from, member)) {
                least = member;
            }
        }
        if (least == NOBODY) {
            return false;
        }
        move(from, least);
        return true;
    }

    /**
     * Makes one change that is worth it, over any number of members: it makes the division more even, or as even with less moved. In
     * the graph of who may give one to whom that is a circle of negative cost; one over the last node changes how many its neighbours there have. By Bellman and Ford.
     */
    private boolean improve() {
        int members = loads.length;
        findGifts();
        long[] costs = new long[members + 1];
        int[] from = new int[members + 1];
        int changed = 0;
        for (int round = 0; round <= members && changed != NOBODY; round++) {
            changed = NOBODY;
            for (int one = 0; one <= members; one++) {
                for (int other = 0; other <= members; other++) {
                    long cost = one == other ? FAR : cost(one, other);
                    if (cost != FAR && costs[one] + cost < costs[other]) {
                        costs[other] = costs[one] + cost;
                        from[other] = one;
                        changed = other;
                    }
                }
            }
        }
        if (changed == NOBODY) {
            return false;
        }
        int on = changed;
        for (int step = 0; step <= members; step++) {
            on = from[on]; // is on the circle by then
        }
        int other = on;
        do {
            int one = from[other];
            if (one < members && other < members) {
                int gift = gifts[one][other];
                put(gift, NOBODY);
                put(gift, other);
            }
            other = one;
        } while (other != on);
        return true;
    }

    /** Of evenness above all, and then of what moves. */
    private long cost(int one, int other) {
        int members = loads.length;
        long even = 2L * (members + 2);
        if (one == members) {
            return -(2L * loads[other] - 1) * even;
        }
        if (other == members) {
            return (2L * loads[one] + 1) * even;
        }
        int gift = gifts[one][other];
        return gift == NOBODY ? FAR : 1 - rank(gift, one, other);
    }

    private void findGifts() {
        for (int[] row : gifts) {
            Arrays.fill(row, NOBODY);
        }
        for (int each = 0; each < owners.length; each++) {
            int from = owners[each];
            for (int to = 0; from != NOBODY && to < loads.length; to++) {
                int found = gifts[from][to];
                boolean isBetter = found == NOBODY || rank(each, from, to) > rank(found, from, to);
                if (to != from && isBetter && subscriptions[to].get(topics[each])) {
                    gifts[from][to] = each;
                }
            }
        }
    }

    /** 2 for a partition that would go back to who had it, 0 for one that would leave him, else 1. */
    private int rank(int each, int from, int to) {
        return before[each] == to ? 2 : before[each] == from ? 0 : 1;
    }

    private boolean mayGive(int from, int to) {
        for (int topic = subscriptions[to].nextSetBit(0); topic >= 0; topic = subscriptions[to].nextSetBit(topic + 1)) {
            if (counts[from][topic] > 0) {
                return true;
            }
        }
        return false;
    }

    private void move(int from, int to) {
        int each = movable(from, to);
        put(each, NOBODY);
        put(each, to);
    }

    private void put(int each, int owner) {
        int old = owners[each];
        if (old != NOBODY) {
            loads[old]--;
            counts[old][topics[each]]--;
        }
        owners[each] = owner;
        if (owner != NOBODY) {
            loads[owner]++;
            counts[owner][topics[each]]++;
        }
    }

    /** A partition that could go from one to the other: one that goes back, else one that moves already, else the last one. */
    private int movable(int from, int to) {
        int found = NOBODY;
        int rank = -1;
        for (int each = 0; each < owners.length; each++) {
            if (owners[each] == from && subscriptions[to].get(topics[each])) {
                if (rank(each, from, to) >= rank) {
                    rank = rank(each, from, to);
                    found = each;
                }
            }
        }
        return found;
    }
}
