package dev.naru.bench;

import org.jspecify.annotations.Nullable;

/**
 * One row of {@link Races}: what we and a peer do, and by how much we may differ.
 *
 * @param name {@code mechanism.metric.size} or {@code mechanism.metric.variant.size}; one name may have several peers
 * @param metric what is measured
 * @param peer whom we run against: {@code c}, {@code agrona}, {@code aeron}, {@code chronicle}, {@code socat}, {@code kafka}, {@code grpc-tcp}, {@code grpc-unix}, or {@code naru} in another way
 * @param bar the ratio that must be reached; null where the figure is only told
 * @param placement where the processes run
 * @param work what they do
 * @param operation what one operation is, the same for both
 */
record Race(
        String name,
        Metric metric,
        String peer,
        @Nullable Double bar,
        Placement placement,
        Work work,
        String operation) {

    /** Whether that ratio, ours over the peer's, reaches the bar. True without a bar. */
    boolean isMetBy(double ratio) {
        return bar == null || (metric.lowerIsBetter() ? ratio <= bar : ratio >= bar);
    }

    /** The bar as people read it, such as {@code <= 1.20}; a dash without one. */
    String barText() {
        return bar == null ? "-" : (metric.lowerIsBetter() ? "<= " : ">= ") + Figures.ratio(bar);
    }

    /** The name, and the placement where it is not the usual one. */
    String title() {
        return placement == Placement.SAME_CORE ? name + " (" + placement.text() + ")" : name;
    }

    /** The same on one core, without a bar: told because waking costs so much less there. */
    Race onOneCore() {
        return new Race(name, metric, peer, null, Placement.SAME_CORE, work, operation);
    }
}
