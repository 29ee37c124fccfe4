package dev.naru.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long a command waits for a message, or for room for one; a picocli mixin. */
final class MessageWait {
    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description =
                    "Wait at most so long for each message, or for room for it: 200ms, 5s, 2m (default: for ever)."
                            + " Exit status 75 when the time runs out.")
    private @Nullable Duration timeout;

    Duration timeout() {
        return Times.orForEver(timeout);
    }
}
