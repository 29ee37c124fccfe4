package dev.naru.memory;

import java.util.concurrent.TimeUnit;

/**
 * What a reader or writer does while it has nothing to do.
 *
 * <table>
 * <caption>The policies</caption>
 * <tr><th>policy</th><th>costs</th><th>answers after</th></tr>
 * <tr><td>{@link #busy}</td><td>a core</td><td>a cache miss</td></tr>
 * <tr><td>{@link #adaptive}</td><td>nothing when idle</td><td>a cache miss under load, a wake of the kernel when idle</td></tr>
 * <tr><td>{@link #park}</td><td>nothing</td><td>a wake of the kernel, ten times a cache miss and more</td></tr>
 * </table>
 *
 * <p>Whoever spins needs a core: with more spinners than cores, or on virtual threads with few carriers, park.
 *
 * <p>Immutable.
 */
public final class Waiting {
    private static final Waiting BUSY = new Waiting(Long.MAX_VALUE, "busy");
    private static final Waiting ADAPTIVE = new Waiting(TimeUnit.MICROSECONDS.toNanos(50), "adaptive");
    private static final Waiting PARK = new Waiting(0, "park");

    private final long spinNanos;
    private final String name;

    private Waiting(long spinNanos, String name) {
        this.spinNanos = spinNanos;
        this.name = name;
    }

    /** Looks again and again, and never sleeps. */
    public static Waiting busy() {
        return BUSY;
    }

    /** Looks for about as long as a wake costs, 50 µs, then sleeps. */
    public static Waiting adaptive() {
        return ADAPTIVE;
    }

    /** Sleeps at once. */
    public static Waiting park() {
        return PARK;
    }

    /** How long it looks before it sleeps, in nanoseconds; {@link Long#MAX_VALUE} for ever. */
    public long spinNanos() {
        return spinNanos;
    }

    @Override
    public String toString() {
        return name;
    }
}
