package dev.naru.topics.internal;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes one thing after the other, whatever is thrown meanwhile: what stays open would go on. For one thread. */
public final class Closing {
    private @Nullable Throwable first;

    private Closing() {}

    /** Nothing yet. */
    public static Closing begin() {
        return new Closing();
    }

    /** Closes that. */
    public void close(Closeable each) {
        try {
            each.close();
        } catch (IOException | RuntimeException | Error thrown) {
            Throwable earlier = first;
            if (earlier == null) {
                first = thrown;
            } else {
                earlier.addSuppressed(thrown);
            }
        }
    }

    /** Throws what was thrown first, if anything was. */
    public void end() throws IOException {
        switch (first) {
            case null -> {}
            case IOException thrown -> throw thrown;
            case RuntimeException thrown -> throw thrown;
            case Error thrown -> throw thrown;
            default -> throw new IllegalStateException(first);
        }
    }
}
