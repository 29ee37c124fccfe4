package dev.naru.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Whose rings a JVM uses. */
enum Library {
    /** Ours. */
    NARU(false),
    /** Agrona's ring buffers, over a mapped file. */
    AGRONA(true),
    /** Aeron over shared memory, with its driver in the process that sends first. */
    AERON(true);

    /** Whether it uses the JDK's Unsafe; it is fastest unchecked then. */
    private final boolean unsafe;

    Library(boolean unsafe) {
        this.unsafe = unsafe;
    }

    /** By the name that races call it. */
    static Library named(String peer) {
        return valueOf(peer.toUpperCase(Locale.ROOT));
    }

    /** What the JVM is started with. */
    List<String> options() {
        return unsafe
                ? List.of(
                        "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "-Dagrona.disable.bounds.checks=true")
                : List.of();
    }

    /** What one process has of it. */
    RingEnds open(RingTask task, boolean sendsFirst) throws IOException {
        return switch (this) {
            case NARU -> new NaruRings(task);
            case AGRONA -> new AgronaRings(task);
            case AERON -> new AeronRings(task, sendsFirst);
        };
    }
}
