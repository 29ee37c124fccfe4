package dev.naru.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Whose rings a JVM uses. */
enum Library {
    /** Ours. */
    NARU(List.of()),
    /** Agrona's ring buffers, over a mapped file. */
    AGRONA(Unsafe.OPTIONS),
    /** Aeron over shared memory, with its driver in the process that sends first. */
    AERON(Unsafe.OPTIONS);

    private final List<String> options;

    Library(List<String> options) {
        this.options = options;
    }

    /** By the name that races call it. */
    static Library named(String peer) {
        return valueOf(peer.toUpperCase(Locale.ROOT));
    }

    /** What the JVM is started with. */
    List<String> options() {
        return options;
    }

    /** What one process has of it. */
    RingEnds open(RingTask task, boolean sendsFirst) throws IOException {
        return switch (this) {
            case NARU -> new NaruRings(task);
            case AGRONA -> new AgronaRings(task);
            case AERON -> new AeronRings(task, sendsFirst);
        };
    }

    private static final class Unsafe {
        /** Agrona's buffers use the JDK's Unsafe, and are fastest unchecked. */
        static final List<String> OPTIONS = List.of(
                "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "-Dagrona.disable.bounds.checks=true");
    }
}
