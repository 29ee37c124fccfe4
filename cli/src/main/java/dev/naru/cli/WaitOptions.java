package dev.naru.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long a command waits; a picocli mixin. */
final class WaitOptions {
    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description = "Wait at most so long for the other side to come, and then for each next byte to move:"
                    + " 200ms, 5s, 2m (default: for ever). Exit status 75 when the time runs out.")
    private @Nullable Duration timeout;

    Duration timeout() {
        return Times.orForEver(timeout);
    }
}
