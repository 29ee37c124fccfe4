package dev.naru.linux.internal;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own way to hear of an interrupt, on platform and virtual threads alike: {@code begin} of a selector names the
 * object whose {@code wakeup} {@link Thread#interrupt} calls.
 */
final class InterruptHook extends AbstractSelector {
    private final Waiter waiter;

    /** Wakes that waiter while it is armed, and perhaps once a little later. */
    InterruptHook(Waiter waiter) {
        super(null);
        this.waiter = waiter;
    }

    /** From here to {@link #disarm}, an interrupt of the calling thread wakes the waiter. */
    void arm() {
        begin();
    }

    /** Ends what {@link #arm} began. */
    void disarm() {
        end();
    }

    @Override
    public Selector wakeup() {
        waiter.wake();
        return this;
    }

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, @Nullable Object attachment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
        return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return Set.of();
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException();
    }
}
