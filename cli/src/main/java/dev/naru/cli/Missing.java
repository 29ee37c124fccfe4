package dev.naru.cli;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;

/** What is not there is named as what it was to be, not as the file in which it would lie. */
final class Missing {
    private Missing() {}

    /** A ring. */
    static <T> T ring(RingKinds.Opening<T> opening) throws IOException {
        return as(Problem.NO_RING, opening);
    }

    /** A lock. */
    static <T> T lock(RingKinds.Opening<T> opening) throws IOException {
        return as(Problem.NO_LOCK, opening);
    }

    private static <T> T as(Problem problem, RingKinds.Opening<T> opening) throws IOException {
        try {
            return opening.open();
        } catch (ErrnoException refused) {
            throw refused.problem() == Problem.NOT_FOUND
                    ? ErrnoException.of(problem, refused.errno().number(), refused.call(), refused.target())
                    : refused;
        }
    }
}
