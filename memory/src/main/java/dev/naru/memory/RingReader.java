package dev.naru.memory;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Futex;
import dev.naru.linux.Problem;
import dev.naru.memory.internal.Member;
import dev.naru.memory.internal.RingGeometry;
import dev.naru.memory.internal.RingLayout;
import dev.naru.memory.internal.Words;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * The one reader of a {@link Ring}: goes round the lanes and takes messages, in place or as arrays.
 *
 * <pre>{@code
 * while (reader.await()) {
 *     reader.drain((memory, offset, length) -> sum += memory.get(ValueLayout.JAVA_LONG, offset), 256);
 * }
 * }</pre>
 *
 * <p>Messages of one writer come in its order. {@link #drain} makes no garbage, and no system call unless a writer waits for
 * room. When messages follow each other so fast that every look finds some, it waits up to 1 µs before the next look, so that
 * they come many at a time: the writer is several times faster when nobody is on its heels.
 *
 * <p>The place of the reader stands in the ring and moves after a batch was handled. So when this process dies in
 * {@link #drain}, the batch in hand of that lane comes again to the next reader, and nothing is lost. {@link #receive} moves
 * on before it returns: what it has taken is the caller's.
 *
 * <p>Used by one thread at a time; any thread may close it.
 */
public final class RingReader extends ReceivingEnd {
    private final RingGeometry geometry;
    private final Sleepless sleepless;
    private final Lane[] lanes;
    private final Pacing pacing = new Pacing();
    private int next;

    /** One lane, as this end knows it. */
    private static final class Lane {
        final long words;
        final long data;
        long head;
        long received;
        long roomWoken;
        long armed;

        Lane(RingGeometry geometry, int lane) {
            this.words = RingLayout.lane(lane);
            this.data = geometry.data(lane);
        }

        /** All afresh: somebody else has read here. */
        void takeOver(MemorySegment memory) {
            this.head = Words.getAcquire(memory, words + RingLayout.HEAD);
            this.received = Words.getOpaque(memory, words + RingLayout.RECEIVED);
            this.roomWoken = Words.getOpaque(memory, words + RingLayout.ROOM_WOKEN);
        }
    }

    RingReader(Member member, RingGeometry geometry, Waiting policy, Consumer<RingEnd> whenEnded)
            throws ErrnoException {
        super(member, RingLayout.READER_AT, policy, whenEnded);
        this.geometry = geometry;
        this.sleepless = new Sleepless(memory, RingLayout.READER_SLEEPLESS_AT, policy);
        this.lanes = new Lane[geometry.lanes()];
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = new Lane(geometry, lane);
        }
    }

    @Override
    void takeOver() throws ErrnoException {
        for (Lane lane : lanes) {
            lane.takeOver(memory);
            if (!geometry.isPosition(lane.head)) {
                throw damaged("head " + lane.head);
            }
            wakeWriter(lane); // the former reader may have died between making room and its wake
        }
        sleepless.takeOver();
    }

    @Override
    int take(MessageHandler handler, int limit) {
        int handled = 0;
        if (pacing.isDue()) {
            awaitTail();
        }
        for (int turn = 0; turn < lanes.length && handled < limit; turn++) {
            Lane lane = lanes[next];
            next = next + 1 == lanes.length ? 0 : next + 1;
            handled += take(lane, handler, limit - handled);
        }
        if (handled > 0) {
            pacing.found(handled, handled < limit);
        }
        return handled;
    }

    private int take(Lane lane, MessageHandler handler, int limit) {
        long begin = lane.head;
        long position = begin;
        int handled = 0;
        long laneBytes = geometry.laneBytes();
        try {
            while (handled < limit && isOpen()) {
                long index = geometry.index(position);
                long frameAt = lane.data + index;
                // acquire: pairs with the writer's release of the word
                long word = Words.getAcquire(memory, frameAt);
                if (word == 0) {
                    break;
                }
                int length = (int) word;
                long after = position + RingLayout.frame(length);
                if (!geometry.isFrame(word, index) || after - begin > laneBytes || isLapAhead(lane, index, after)) {
                    throw torn(position, word);
                }
                if (word > 0) { // not padding
                    handler.onMessage(memory, frameAt + RingLayout.FRAME_HEADER, length);
                    handled++;
                }
                position = after;
            }
        } finally {
            if (position != begin) {
                moveTo(lane, position, handled);
            }
        }
        return handled;
    }

    /**
     * Whether, where the lane begins anew, the writer's tail is more than a lap away. It never is in a sound ring; frames that
     * lead round and round for ever are found by that.
     */
    private boolean isLapAhead(Lane lane, long index, long after) {
        return geometry.index(after) <= index
                && Math.abs(after - Words.getAcquire(memory, lane.words + RingLayout.TAIL)) > geometry.laneBytes();
    }

    /** Waits until a writer has stored its tail, but not for long. */
    private void awaitTail() {
        long begin = System.nanoTime();
        do {
            for (Lane lane : lanes) {
                if (Words.getOpaque(memory, lane.words + RingLayout.TAIL) > lane.head) {
                    return;
                }
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - begin < Pacing.MOST_NANOS);
    }

    private IllegalStateException torn(long position, long word) {
        return new IllegalStateException(
                "%s: no frame begins at position %d: %016x".formatted(member.target(), position, word));
    }

    private void moveTo(Lane lane, long position, int handled) {
        lane.head = position;
        lane.received += handled;
        Words.setOpaque(memory, lane.words + RingLayout.RECEIVED, lane.received);
        // release: pairs with the writer's acquire of the head
        Words.setRelease(memory, lane.words + RingLayout.HEAD, position);
        wakeWriter(lane);
        sleepless.worked(handled);
    }

    private void wakeWriter(Lane lane) {
        if (Sleepless.mayBeAsleep(memory, lane.words + RingLayout.SLEEPLESS)
                && Words.getOpaque(memory, lane.words + RingLayout.ROOM_ARMED) > lane.roomWoken) {
            int _ = Futex.wake(memory, lane.words + RingLayout.HEAD, Integer.MAX_VALUE);
            lane.roomWoken = lane.head; // after the wake: if killed before it, the next reader wakes
            Words.setOpaque(memory, lane.words + RingLayout.ROOM_WOKEN, lane.roomWoken);
        }
    }

    @Override
    boolean isReady() {
        if (pacing.isDue()) {
            awaitTail();
        }
        return hasMessage();
    }

    private boolean hasMessage() {
        for (Lane lane : lanes) {
            if (Words.getAcquire(memory, lane.data + geometry.index(lane.head)) != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean arm() {
        sleepless.beforeArming();
        expected = (int) Words.getAcquire(memory, RingLayout.BELL_AT); // before the last look at the words
        boolean armed = false;
        for (Lane lane : lanes) {
            if (lane.armed != lane.head + 1) {
                lane.armed = lane.head + 1;
                Words.setOpaque(memory, lane.words + RingLayout.ARMED, lane.armed);
                armed = true;
            }
        }
        if (armed) { // else it stands, and so does the fence behind it
            VarHandle.fullFence(); // pairs with the writer's, between its store and its look for a sleeper
        }
        if (hasMessage()) { // the futex is no word of a frame, so the kernel does not compare those
            return false;
        }
        sleepless.afterArming();
        return true;
    }

    @Override
    boolean looksOften() {
        return sleepless.owes();
    }

    @Override
    long futex() {
        return RingLayout.BELL_AT;
    }

    /**
     * Ends the wait of the thread that waits for a message, or else the next such wait, as if its time were over. Any thread may
     * call it.
     */
    public void wakeUp() {
        endWait(); // the bell is everybody's: who hears it looks again
    }

    static ErrnoException taken(Member member, long owner) {
        return ErrnoException.of(
                Problem.READER_TAKEN,
                Errno.EBUSY.number(),
                "open",
                member.target(),
                "one reader",
                member.identity(owner).toString());
    }
}
