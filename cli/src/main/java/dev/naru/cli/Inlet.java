package dev.naru.cli;

import dev.naru.channels.MessageReceiver;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a relay takes messages from. */
@FunctionalInterface
interface Inlet {
    /** Waits for the next one; null at the end. */
    @Nullable
    Message next() throws IOException, InterruptedException, CliException;

    /** What that receives. */
    static Inlet of(MessageReceiver receiver) {
        return () -> {
            try {
                return Message.of(receiver.receive());
            } catch (ErrnoException refused) {
                if (refused.problem() == Problem.ENDED) {
                    return null;
                }
                throw refused;
            }
        };
    }
}
