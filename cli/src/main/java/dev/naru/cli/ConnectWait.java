package dev.naru.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long a command waits for a far side; a picocli mixin. */
final class ConnectWait {
    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description =
                    "Wait at most so long for a far side that is there to accept, or of a FIFO to come: 200ms, 5s, 2m (default: for ever)."
                            + " Exit status 75 when the time runs out.")
    private @Nullable Duration timeout;

    Duration timeout() {
        return Times.orForEver(timeout);
    }
}
