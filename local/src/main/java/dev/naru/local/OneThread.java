package dev.naru.local;

import java.util.ConcurrentModificationException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Refuses a second thread while one is in, as Kafka's consumer does. The same thread may enter again. */
final class OneThread {
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
    private int depth; // of the thread inside

    /** Enters. */
    void enter() {
        Thread current = Thread.currentThread();
        Thread other = inside.get();
        if (other != current && !inside.compareAndSet(null, current)) {
            throw new ConcurrentModificationException("a consumer is not safe for multi-threaded access: "
                    + current.getName() + " came while " + other + " was in it");
        }
        depth++;
    }

    /** Leaves. */
    void leave() {
        if (--depth == 0) {
            inside.set(null);
        }
    }
}
