package dev.naru.memory;

import dev.naru.channels.Address;
import dev.naru.memory.internal.HeaderLayout.Kind;
import dev.naru.memory.internal.LaneEnd;
import dev.naru.memory.internal.Observer;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.SharedFile.Place;
import dev.naru.memory.internal.Words;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Watches the messages of a {@link Ring} without taking any: the ring is opened for reading alone, has no place for the
 * watcher, and nobody in it can tell that one is there. So nobody wakes it either, and it has to look again and again.
 *
 * <p>It copies a message, and then looks whether a producer may have come round to those bytes meanwhile. A quarter of the
 * lane behind its tail stays untouched, and what the reader has not taken yet stays as well. What may be overwritten is passed
 * over, and its bytes are counted: {@link #missedBytes}.
 *
 * <p>Used by one thread at a time.
 */
public final class RingTap implements Closeable {
    private final Observer observer;
    private final RingGeometry geometry;
    private final Lane[] lanes;
    private long missedBytes;

    /** One lane, and how far it was watched. */
    private static final class Lane {
        final long words;
        final long data;
        long position;

        Lane(MemorySegment memory, RingGeometry geometry, int lane, boolean backlog) {
            this.words = RingLayout.lane(lane);
            this.data = geometry.data(lane);
            this.position = backlog
                    ? Words.getAcquire(memory, words + RingLayout.HEAD)
                    : LaneEnd.of(memory, geometry, lane).position();
            if (!geometry.isPosition(position)) {
                throw new IllegalStateException("lane %d: no position: %d".formatted(lane, position));
            }
        }
    }

    /** What is done with each message. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * A message, which is the watcher's.
         *
         * @param lane of its producer, from 0
         * @param position in bytes from the birth of the lane
         * @param message its payload
         */
        void onMessage(int lane, long position, byte[] message) throws IOException;
    }

    private RingTap(Observer observer, boolean backlog) {
        this.observer = observer;
        MemorySegment memory = observer.memory();
        this.geometry = RingGeometry.of(memory);
        this.lanes = new Lane[geometry.lanes()];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = new Lane(memory, geometry, lane, backlog);
        }
    }

    /**
     * Of the ring at that address.
     *
     * @param backlog whether it begins with what waits to be received; otherwise with what is sent from now on
     */
    public static RingTap open(Address.Ring address, boolean backlog) throws IOException {
        return new RingTap(Observer.open(Place.of(address), Kind.RING), backlog);
    }

    /** How many bytes, with headers and padding, were overwritten before they could be looked at. */
    public long missedBytes() {
        return missedBytes;
    }

    /**
     * Shows what is there and was not shown yet, lane by lane. Does not wait. If the watcher throws, the message comes
     * again.
     *
     * @param limit the most messages
     * @return how many were shown
     */
    public int look(Watcher watcher, long limit) throws IOException {
        int shown = 0;
        for (int lane = 0; lane < lanes.length && shown < limit; lane++) {
            shown += look(lane, watcher, limit - shown);
        }
        return shown;
    }

    private int look(int number, Watcher watcher, long limit) throws IOException {
        MemorySegment memory = observer.memory();
        Lane lane = lanes[number];
        int shown = 0;
        long lap = lane.position + geometry.laneBytes();
        while (shown < limit && lane.position < lap) {
            long index = geometry.index(lane.position);
            long frameAt = lane.data + index;
            // acquire: pairs with the producer's release of the word
            long word = Words.getAcquire(memory, frameAt);
            int length = (int) word;
            boolean message = word > 0;
            // Nothing here is to be believed before the look at the positions: it only bounds what is copied.
            boolean sound = geometry.isFrame(word, index);
            byte[] copy = new byte[message && sound ? length : 0];
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, frameAt + RingLayout.FRAME_HEADER, copy, 0, copy.length);
            long overtakenTo = overtakenTo(memory, lane);
            if (overtakenTo > lane.position) {
                missedBytes += overtakenTo - lane.position;
                lane.position = overtakenTo;
                return shown;
            }
            if (word == 0) {
                return shown;
            }
            if (!sound) {
                throw new IllegalStateException(
                        "lane %d: no frame begins at position %d: %016x".formatted(number, lane.position, word));
            }
            if (message) {
                watcher.onMessage(number, lane.position, copy);
                shown++;
            }
            lane.position += RingLayout.frame(length);
        }
        return shown;
    }

    /** The lane's position, if what was read there stood as a whole; else the tail, to go on from. */
    private long overtakenTo(MemorySegment memory, Lane lane) {
        VarHandle.loadLoadFence(); // pairs with the producer's storeStoreFence between its tail and what it writes next
        long tail = Words.getOpaque(memory, lane.words + RingLayout.TAIL);
        boolean stands = tail - lane.position <= geometry.untouched()
                || Words.getOpaque(memory, lane.words + RingLayout.HEAD) <= lane.position;
        return stands ? lane.position : tail;
    }

    @Override
    public void close() {
        observer.close();
    }
}
