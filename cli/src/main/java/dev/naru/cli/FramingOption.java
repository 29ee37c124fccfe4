package dev.naru.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How messages lie in streams of bytes, and how long they may be; a picocli mixin. */
final class FramingOption {
    private static final long USUAL_MOST = 1 << 20;

    @ArgGroup
    private @Nullable Choice choice;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            description = "The longest message that is taken, as 64K or 16M (default: 1M).",
            converter = Sizes.class)
    private long maxMessage = USUAL_MOST;

    /** One of them. */
    static final class Choice {
        @Option(names = "--lines", description = "In a stream each message is a line (default beside messages).")
        private boolean lines;

        @Option(
                names = "--frames",
                description = "In a stream each message has its length in front: 4 bytes, the highest first.")
        private boolean frames;

        @Option(
                names = "--bytes",
                description = "In a stream what is read at once is a message (default between streams).")
        private boolean bytes;
    }

    /** What was asked for, or that one. */
    Framing or(Framing usual) {
        if (choice == null) {
            return usual;
        }
        return choice.lines ? Framing.LINES : choice.frames ? Framing.FRAMES : choice.bytes ? Framing.BYTES : usual;
    }

    /** In bytes. */
    int maxMessage() {
        return Math.clamp(maxMessage, 0, Integer.MAX_VALUE / 4);
    }
}
