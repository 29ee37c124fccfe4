package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;

/** Rings of both kinds have their names together: what is there is opened as what it is. */
final class RingKinds {
    private RingKinds() {}

    /** Opens an object. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** As a ring, or, when it is a broadcast ring, as that. */
    static <T> T open(Opening<? extends T> ring, Opening<? extends T> broadcast) throws IOException {
        try {
            return ring.open();
        } catch (ErrnoException refused) {
            if (refused.problem() != Problem.WRONG_KIND) {
                throw refused;
            }
            try {
                return broadcast.open();
            } catch (ErrnoException again) {
                throw again.problem() == Problem.WRONG_KIND ? refused : again;
            }
        }
    }
}
