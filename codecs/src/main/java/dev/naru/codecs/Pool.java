package dev.naru.codecs;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is costly to make and is for one thread at a time: as many as were in use at once, but few. A virtual thread
 * keeps none, so they are lent and not kept by thread.
 *
 * <p>Thread-safe; lending makes no garbage.
 */
final class Pool<T> {
    private static final int MOST = 16;

    private final ArrayBlockingQueue<T> idle = new ArrayBlockingQueue<>(MOST);
    private final Supplier<T> maker;
    private final Consumer<T> end;

    Pool(Supplier<T> maker, Consumer<T> end) {
        this.maker = maker;
        this.end = end;
    }

    T take() {
        @Nullable T one = idle.poll();
        return one != null ? one : maker.get();
    }

    void giveBack(T one) {
        if (!idle.offer(one)) {
            end.accept(one);
        }
    }
}
