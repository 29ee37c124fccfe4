package dev.naru.topics.internal;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * Divides partitions among members: as evenly as their topics allow, and moving no more partitions than that needs. It leaves each
 * with its member, gives those without one to whom has least, and then moves one at a time along the shortest way from somebody who
 * has at least two more than another one to that one.
 *
 * <p>For one thread.
 */
final class Assignor {
    /** No member. */
    static final int NOBODY = -1;

    private final BitSet[] subscriptions; // of each member: topics
    private final int[] topics; // of each partition
    private final int[] before; // of each partition: whose it was
    private final int[] owners; // of each partition: whose it is going to be
    private final int[] loads; // of each member
    private final int[][] counts; // of each member: of each topic

    private Assignor(BitSet[] subscriptions, int[] topics, int[] current) {
        this.subscriptions = subscriptions;
        this.topics = topics;
        this.before = current;
        this.owners = new int[current.length];
        this.loads = new int[subscriptions.length];
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
        return assignor.owners;
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

    /** Moves one partition from who has most to who has least, over others if need be; false when nobody has two more than he could. */
    private boolean level() {
        Integer[] order = new Integer[loads.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (one, other) -> loads[other] - loads[one]);
        for (int from : order) {
            if (loads[from] >= 2 && shift(from)) {
                return true;
            }
        }
        return false;
    }

    private boolean shift(int from) {
        int least = leastBesides(from);
        if (least == NOBODY) {
            return false;
        }
        if (mayGive(from, least)) {
            move(from, least);
            return true;
        }
        return shiftOverOthers(from);
    }

    /** Who has least of those with at least two less. */
    private int leastBesides(int from) {
        int least = NOBODY;
        for (int member = 0; member < loads.length; member++) {
            boolean isLess = least == NOBODY || loads[member] < loads[least];
            least = isLess && loads[member] <= loads[from] - 2 ? member : least;
        }
        return least;
    }

    private boolean shiftOverOthers(int from) {
        int[] cameFrom = new int[loads.length];
        Arrays.fill(cameFrom, NOBODY);
        cameFrom[from] = from;
        Deque<Integer> line = new ArrayDeque<>();
        line.add(from);
        int best = NOBODY;
        while (!line.isEmpty()) {
            int member = line.remove();
            for (int next = 0; next < loads.length; next++) {
                if (cameFrom[next] == NOBODY && mayGive(member, next)) {
                    cameFrom[next] = member;
                    line.add(next);
                    boolean isLess = best == NOBODY || loads[next] < loads[best];
                    best = isLess && loads[next] <= loads[from] - 2 ? next : best;
                }
            }
        }
        for (int member = best; member != NOBODY && member != from; member = cameFrom[member]) {
            move(cameFrom[member], member);
        }
        return best != NOBODY;
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
                int its = before[each] == to ? 2 : before[each] == from ? 0 : 1;
                if (its >= rank) {
                    rank = its;
                    found = each;
                }
            }
        }
        return found;
    }
}
