package dev.naru.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Locks and rings for the samples, handed out in turn, since one costs a dozen system calls. One comes again after many more
 * samples than live at once; each sample leaves it as it found it. They stand until the process ends.
 */
final class Pool<T> {
    private static final int SIZE = 4 * Jcstress.REAL_SAMPLES;

    private final List<T> members = new ArrayList<>();
    private final AtomicInteger taken = new AtomicInteger();

    private Pool() {}

    /** How one is made. */
    interface Maker<T> {
        T make() throws IOException;
    }

    static <T> Pool<T> of(Maker<T> maker) {
        Pool<T> pool = new Pool<>();
        try {
            while (pool.members.size() < SIZE) {
                boolean _ = pool.members.add(maker.make());
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        return pool;
    }

    T next() {
        return members.get(taken.getAndIncrement() & (SIZE - 1));
    }
}
