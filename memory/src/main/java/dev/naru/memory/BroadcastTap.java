package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.BroadcastLayout;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Watches the messages of a {@link Broadcast} from now on, without a reader's row: as {@link RingTap} does for a ring.
 *
 * <p>Used by one thread at a time.
 */
public final class BroadcastTap implements Closeable {
    private final Observer observer;
    private final long bytes;
    private final long data;
    private long position;
    private long missedBytes;

    private BroadcastTap(Observer observer) {
        this.observer = observer;
        MemorySegment memory = observer.memory();
        this.bytes = BroadcastLayout.bytes(memory);
        this.data = BroadcastLayout.data(BroadcastLayout.rows(memory));
        this.position = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
    }

    /** Of the broadcast ring at that address. */
    public static BroadcastTap open(Address.Ring address) throws IOException {
        return new BroadcastTap(Observer.open(Place.of(address), Kind.BROADCAST));
    }

    /** How many bytes, with headers and padding, were overwritten before they could be looked at. */
    public long missedBytes() {
        return missedBytes;
    }

    /**
     * Shows what is there and was not shown yet. Does not wait. If the watcher throws, the message comes again.
     *
     * @param limit the most messages
     * @return how many were shown
     */
    public int look(RingTap.Watcher watcher, long limit) throws IOException {
        MemorySegment memory = observer.memory();
        // acquire: pairs with the producer's release of the tail
        long tail = Words.getAcquire(memory, BroadcastLayout.TAIL_AT);
        int shown = 0;
        while (position < tail && shown < limit) {
            long index = position & (bytes - 1);
            long word = Words.get(memory, data + index);
            int length = (int) word;
            boolean message = word >= 0;
            long after = position
                    + (message ? BroadcastLayout.frame(length) : length + (long) BroadcastLayout.PADDING_HEADER);
            // Nothing here is to be believed before the look at the intent: it only bounds what is copied.
            boolean sound = length >= 0 && after <= tail && (!message || index + after - position <= bytes);
            byte[] copy = new byte[message && sound ? length : 0];
            if (copy.length != 0) {
                MemorySegment.copy(
                        memory,
                        ValueLayout.JAVA_BYTE,
                        data + index + BroadcastLayout.FRAME_HEADER,
                        copy,
                        0,
                        copy.length);
            }
            VarHandle.loadLoadFence(); // pairs with the producer's storeStoreFence
            if (Words.getOpaque(memory, BroadcastLayout.INTENT_AT) - position > bytes) {
                missedBytes += tail - position;
                position = tail;
                return shown;
            }
            if (!sound) {
                throw new IllegalStateException("no frame begins at position %d: %016x".formatted(position, word));
            }
            if (message) {
                watcher.onMessage(0, position, copy);
                shown++;
            }
            position = after;
        }
        return shown;
    }

    @Override
    public void close() {
        observer.close();
    }
}
