package dev.naru.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a relay takes messages from. */
@FunctionalInterface
interface Inlet {
    /** Waits for the next one; null at the end. */
    @Nullable
    Message next() throws IOException, InterruptedException, CliException;
}
